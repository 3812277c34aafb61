"""Validation is better than training: usual, no fault.

## How it shows
The validation loss lies below the training loss, or the validation metric above the training metric.

## How to tell it from its look-alikes
Pictures that are in both splits make validation too good as well, and `traindx check DATA` finds them. A validation split
that is easier than the training split does it from the first epoch on. Dropout and augmentation vanish when the training
pictures are evaluated as the validation pictures are.

## How to fix
Nothing to do. To compare the two, evaluate the training pictures without augmentation in evaluation mode.
"""

from traindx.core.cause import Cause, Clue, Fix

VAL_BELOW_TRAIN = Cause(
    slug="val-below-train",
    doc=__doc__,
    clues=(Clue("V420", if_seen=6.0, if_absent=-3.0), Clue("V425", if_seen=-8.0)),  # a guess
    fix=Fix(
        "Nothing to do. To compare the two, evaluate the training pictures without augmentation in evaluation mode.",
        {
            "pytorch": "model.eval()\nwith torch.no_grad(): ...  # over the training pictures, with the validation transform"
        },
    ),
    proof="observed",
)
