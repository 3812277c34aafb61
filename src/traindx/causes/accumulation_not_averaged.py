"""Gradients are accumulated over several batches, and their losses are not divided by the number of batches.

## How it shows
The gradient's norm, and with SGD the length of each step, grows with the number of accumulated batches; a rate that suits
one batch is too high.

## How to tell it from its look-alikes
Missing `zero_grad` carries gradients over from one step to the next; here each step begins with none. A rate that is too high by
itself needs no accumulation. Losses that are summed over the samples on purpose are no fault.

## How to fix
Divide the loss of each batch by the number of batches that are accumulated.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import average_accumulated

ACCUMULATION_NOT_AVERAGED = Cause(
    slug="accumulation-not-averaged",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("T329", if_seen=7.0, if_absent=-5.0, proves=True),
        Clue("T102", if_seen=0.5),
        Clue("T101", if_seen=0.5),
        Clue("T103", if_seen=0.5),
        Clue("T104", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("T106", if_seen=0.3),
        Clue("T201", if_seen=0.5),
        Clue("T203", if_seen=0.3),
        Clue("T205", if_seen=0.3),
    ),
    fix=Fix(
        "Divide the loss by the number of batches that one step accumulates.",
        {
            "pytorch": "(loss / accumulate).backward()\nif (i + 1) % accumulate == 0:\n"
            "    optimizer.step()\n    optimizer.zero_grad()",
            "lightning": "Trainer(accumulate_grad_batches=4)   # divides by itself",
        },
    ),
    proof="observed",
    undo=average_accumulated(),
)
