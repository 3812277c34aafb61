"""The learning rate is too low: the weights hardly move.

## How it shows
The loss falls by a few per cent or not at all, smoothly; the norm of the updates is less than a two-thousandth of the norm
of the weights, from the first step on and in every layer. With a rate of zero nothing changes at all.

## How to tell it from its look-alikes
Vanishing gradients: only the layers near the input stand still. Frozen or forgotten parameters: those listed do not move,
the others do. A rate that decayed to zero: the first part of the run moved. Warm-up: the updates still grow.

## How to fix
Multiply the rate by 10 until the loss falls visibly in the first epoch; an upper bound is where an update is a
hundredth of the weights' norm.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import scale_lr

LR_TOO_LOW = Cause(
    slug="lr-too-low",
    doc=__doc__,
    clues=(  # T103 and T202 by bench/weights.py, the others are a guess: too few examples
        Clue("T202", if_seen=4.0, if_absent=-2.0, from_start=True),
        Clue("T362", if_seen=8.0, proves=True),
        Clue("T383", if_seen=5.0, from_start=True),  # a guess
        Clue("T103", if_seen=1.6, if_absent=-1.0),
        Clue("T402", if_seen=-3.0),
        Clue("T201", if_seen=-4.0),
        Clue("T203", if_seen=-3.0),
        Clue("T101", if_seen=-3.0),
        Clue("T102", if_seen=-3.0),
        Clue("V425", if_seen=0.5),
        Clue("V426", if_seen=6.0, if_absent=-1.0),
        Clue("V427", if_seen=-4.0),
        Clue("V428", if_seen=-1.0),
        Clue("T502", if_seen=6.0, if_absent=-2.0),  # a guess, and the other tryouts
        Clue("T501", if_seen=-4.0),
        Clue("T503", if_seen=-3.0),
    ),
    fix=Fix(
        "Raise the learning rate: multiply by 10 until the loss falls visibly within the first epoch.",
        {
            "pytorch": "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)   # SGD with momentum: 0.01 to 0.1",
            "ultralytics": "yolo … optimizer=SGD lr0=0.01   # optimizer=auto ignores lr0 and momentum",
            "huggingface": "TrainingArguments(learning_rate=5e-5)",
        },
    ),
    proof="trial",
    prior=-2.5,
    undo=scale_lr(100),
    induce=scale_lr(1e-4),
)
