"""The optimizer's momentum remembers so many steps that the weights run past every minimum.

## How it shows
The loss falls fast, swings far up again and comes back, with a period of many steps; the norm of the weights grows. The momentum
(of Adam the first of its betas) is 0.985 or more, at a rate that suits 0.9.

## How to tell it from its look-alikes
A rate that is too high breaks the run in its first steps, with updates that are a large part of the weights; here each update is
usual, and many in one direction do the harm. A schedule that restarts shows in the rate.

## How to fix
`momentum=0.9`, `betas=(0.9, 0.999)`. With a larger momentum divide the rate by as much as 1 / (1 - momentum) has grown.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import set_momentum

MOMENTUM_TOO_HIGH = Cause(
    slug="momentum-too-high",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T364", if_seen=7.0, if_absent=-2.0),
        Clue("T205", if_seen=0.5),
        Clue("T102", if_seen=0.5),
        Clue("T103", if_seen=0.3),
        Clue("S138", if_seen=7.0, proves=True),
    ),
    fix=Fix(
        "Set the momentum to 0.9, or divide the rate by as much as 1 / (1 - momentum) has grown.",
        {
            "pytorch": "optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)",
            "ultralytics": "yolo … optimizer=SGD momentum=0.937",
            "huggingface": "TrainingArguments(adam_beta1=0.9)",
        },
    ),
    proof="observed",
    undo=set_momentum(0.9),
    induce=set_momentum(0.995),
)
