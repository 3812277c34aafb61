"""A step learns from so few samples that the noise of the gradient drowns the signal.

## How it shows
The loss jumps from step to step and does not come down, at a rate that suits larger batches; single steps learn from one to four
samples.

## How to tell it from its look-alikes
A rate that is too high fails with large batches as well; here a smaller rate or accumulated gradients help as much as a larger
batch. Batch normalisation over two samples is a fault of its own: it fails in validation first.

## How to fix
A larger batch, accumulated gradients, or a rate divided by as much as the batch is smaller.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import scale_batch
from traindx.core.step_treatments import accumulate

BATCH_TOO_SMALL = Cause(
    slug="batch-too-small",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T380", if_seen=4.8, if_absent=-3.0),
        Clue("T106", if_seen=0.5),
        Clue("T103", if_seen=0.3),
        Clue("T202", if_seen=-3.0),
        Clue("T323", if_seen=-3.0),
    ),
    fix=Fix(
        "Raise the batch size, or accumulate the gradients of several batches for each step.",
        {
            "pytorch": "for i, (x, y) in enumerate(loader):\n    (criterion(model(x), y) / 8).backward()\n"
            "    if (i + 1) % 8 == 0:\n        optimizer.step()\n        optimizer.zero_grad()",
            "lightning": "Trainer(accumulate_grad_batches=8)",
            "huggingface": "TrainingArguments(per_device_train_batch_size=8, gradient_accumulation_steps=4)",
            "ultralytics": "yolo … batch=16   # smaller ones are accumulated to nbs=64",
        },
    ),
    proof="trial",
    undo=accumulate(8),
    induce=scale_batch(1 / 16),
)
