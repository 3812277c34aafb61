"""The loss is maximised: a minus too much or too little, or an optimizer that adds the gradient.

## How it shows
The loss rises from the first steps on, at any learning rate, and ends in values without bound. Where the sign of the loss itself
is turned, the printed loss falls far below zero.

## How to tell it from its look-alikes
A rate that is too high also makes the loss explode, but its first steps point down the gradient, and with a thousandth of the
rate the loss falls. In a game of two players one of them rightly goes up.

## How to fix
Take the minus away from a loss function that is to be minimised; put it before a mean of log probabilities.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import turn_loss

GRADIENT_ASCENT = Cause(
    slug="gradient-ascent",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("T325", if_seen=9.0, if_absent=-5.0, proves=True, from_start=True),
        Clue("T340", if_seen=14.0, proves=True, from_start=True),
        Clue("T342", if_seen=10.0, if_absent=-0.2, from_start=True),
        Clue("V496", if_seen=7.5),
        Clue("T102", if_seen=0.5),
        Clue("T101", if_seen=0.3),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("T201", if_seen=0.3),
        Clue("T203", if_seen=0.3),
        Clue("T205", if_seen=0.3),
        Clue("T104", if_seen=0.3),
    ),
    fix=Fix(
        "Minimise the loss: take the minus away, or set maximize to False.",
        {
            "pytorch": "loss = criterion(output, target)   # no minus\noptimizer = torch.optim.SGD(params, lr=…, maximize=False)"
        },
    ),
    proof="observed",
    undo=turn_loss(),
    induce=turn_loss(),
)
