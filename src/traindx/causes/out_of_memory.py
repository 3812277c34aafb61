"""The device or the machine runs out of memory.

## How it shows
`CUDA out of memory`, `can't allocate memory`, or a process that is just gone (`Killed`, status 137); at the first step, at the
largest batch, in the first validation, or when workers start.

## How to tell it from its look-alikes
Memory that grew from step to step before is `memory-leak`: no batch is small enough then. A `Bus error` of a worker is shared
memory, `No space left on device` the disk: `resources-exhausted`. Too little memory never makes a training unstable or its
metrics bad: it stops it.

## How to fix
Halve the batch and accumulate two, which keeps the effective batch; mixed precision and checkpointing for what is left.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import scale_batch

OUT_OF_MEMORY = Cause(
    slug="out-of-memory",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V431", if_seen=7.0, if_absent=-2.0),
        Clue("P101", if_seen=9.0, if_absent=-3.0, proves=True),
        Clue("P102", if_seen=8.5, if_absent=-1.0, proves=True),
        Clue("P113", if_seen=1.0),
        Clue("T001", if_seen=0.3),
        Clue("T026", if_seen=0.3),
        Clue("P220", if_seen=4.0),
        Clue("P215", if_seen=3.0),
    ),
    fix=Fix(
        "Halve the batch and accumulate two batches for each step: the effective batch, and with it the rate, stay as they are.",
        {
            "pytorch": "for i, (x, y) in enumerate(loader):  # batch_size halved\n"
            "    loss = criterion(model(x), y) / 2\n"
            "    loss.backward()\n"
            "    if i % 2:\n"
            "        optimizer.step()\n"
            "        optimizer.zero_grad()",
            "ultralytics": "yolo train batch=8 nbs=64  # nbs is the effective batch, accumulated by itself",
            "lightning": "Trainer(accumulate_grad_batches=2)  # with half the batch_size",
            "huggingface": "TrainingArguments(per_device_train_batch_size=8, gradient_accumulation_steps=2)",
        },
    ),
    proof="observed",
    undo=scale_batch(1 / 4),
)
