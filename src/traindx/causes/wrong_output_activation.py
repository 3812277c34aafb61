"""The output activation does not fit the loss or the targets.

## How it shows
ReLU or tanh between the last layer and a loss over classes; sigmoid, tanh or ReLU at the end of a regression whose targets
lie beyond their bounds; softmax over a single unit, over the batch or over pixels. The loss stops at a level that has
nothing to do with the data, often from the first step on.

## How to tell it from its look-alikes
Softmax or sigmoid before a loss that applies its own has a cause of its own. Units that die in the middle of the
network, or a rate that is too high, leave the last operation before the loss a linear one. A ReLU at the end of a
regression of counts, and a sigmoid for coordinates that are shares of the picture, fit their targets.

## How to fix
Hand the loss what the last linear layer gives, and name the axis of the classes where softmax is meant.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import raw_scores

WRONG_OUTPUT_ACTIVATION = Cause(
    slug="wrong-output-activation",
    doc=__doc__,
    clues=(  # guesses
        Clue("M223", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("M222", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("M228", if_seen=5.0),
        Clue("M227", if_seen=5.5),
        Clue("T405", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T406", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T424", if_seen=9.0, proves=True),
        Clue("T407", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T403", if_seen=5.0),
        Clue("T320", if_seen=1.0),  # softmax over one unit gives none back
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.5),
        Clue("T202", if_seen=0.3),
        Clue("T203", if_seen=0.3),
    ),
    fix=Fix(
        "Leave the activation out before the loss, or choose one whose range holds all targets; softmax goes over the classes.",
        {"pytorch": "return self.fc(x)                      # no activation: the loss applies what it needs"},
    ),
    proof="observed",
    undo=raw_scores(),
)
