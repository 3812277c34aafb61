"""So much dropout that little is learnt.

## How it shows
A dropout layer leaves out nine tenths of its units or more. The training loss falls slowly or not at all, and is far above
that of the validation, where dropout is off.

## How to tell it from its look-alikes
With a rate that is too low, or a model that is too small, training and validation are alike. Strong augmentation also
holds the training loss above that of the validation; then the dropout shares are usual.

## How to fix
0.1 to 0.5; a probability to keep, as other frameworks ask for it, is one minus that.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import cap_dropout, raise_dropout

DROPOUT_TOO_HIGH = Cause(
    slug="dropout-too-high",
    doc=__doc__,
    clues=(  # guesses
        Clue("T440", if_seen=9.0, if_absent=-5.0, proves=True),
        Clue("M254", if_seen=6.0),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("T106", if_seen=0.3),
        Clue("B247", if_seen=6.0, if_absent=-2.0),  # a guess: a twin
    ),
    fix=Fix(
        "Lower the dropout to 0.1 to 0.5.",
        {"pytorch": "nn.Dropout(0.1)      # the share that is left out, not the share that is kept"},
    ),
    proof="observed",
    undo=cap_dropout(0.1),
    induce=raise_dropout(0.9),
)
