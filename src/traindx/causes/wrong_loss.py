"""The loss does not fit what it is given.

## How it shows
`nll_loss` is given numbers above zero, so they are no log-probabilities; predictions [N, 1] meet targets [N]; targets of a
binary cross entropy lie outside 0..1; a sum takes the place of a mean; most targets are ignored, weighed in reverse or
smoothed away; a detector's places without an object are left out, or its objects are matched with what fits least. The loss
falls below zero without end, stops at the spread of the targets, or moves while the accuracy does not.

## How to tell it from its look-alikes
A rate that is too high makes a fitting loss explode upwards. Softmax before cross entropy has a floor above zero.
A wrong activation at the output stands before a loss that would fit the targets.

## How to fix
Use the loss that belongs to the output: cross entropy for logits, negative log-likelihood for log-probabilities, binary
cross entropy with logits for several independent labels; give predictions and targets one shape.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import smooth_labels, usual_loss

WRONG_LOSS = Cause(
    slug="wrong-loss",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("T403", if_seen=9.0, if_absent=-1.0, proves=True, from_start=True),
        Clue("T408", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T409", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T411", if_seen=10.0, if_absent=-0.5, proves=True),
        Clue("T413", if_seen=9.0, proves=True),
        Clue("T414", if_seen=9.0, proves=True),
        Clue("T416", if_seen=9.0, proves=True),
        Clue("T417", if_seen=9.0, proves=True),
        Clue("T425", if_seen=8.0),
        Clue("T410", if_seen=7.0),
        Clue("T415", if_seen=7.0),
        Clue("T441", if_seen=7.0),
        Clue("B157", if_seen=9.0, proves=True),
        Clue("B154", if_seen=9.0, proves=True),
        Clue("T443", if_seen=9.0, proves=True),
        Clue("V436", if_seen=3.0),
        Clue("V496", if_seen=5.5),
        Clue("T101", if_seen=0.3),
        Clue("T104", if_seen=0.3),
        Clue("T102", if_seen=0.3),
        Clue("T103", if_seen=0.3),
        Clue("T201", if_seen=0.3),
        Clue("T205", if_seen=0.3),
        Clue("S123", if_seen=8.0, proves=True),
    ),
    fix=Fix(
        "Give the loss what it expects: log-probabilities to nll_loss, logits to cross_entropy, predictions and targets of one "
        "shape to a regression, targets in 0..1 to a binary cross entropy, and a mean rather than a sum.",
        {"pytorch": "loss = F.cross_entropy(logits, y)          # or F.nll_loss(F.log_softmax(logits, 1), y)"},
    ),
    proof="observed",
    undo=usual_loss(),
    induce=smooth_labels(0.7),
)
