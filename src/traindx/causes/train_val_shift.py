"""The pictures or objects of val are unlike those of train.

## How it shows
The loss on val is above that on train from the first epoch on and follows it at a distance; the score on val stays low
although training goes well. Overfitting starts with both together and parts later.

## How to tell it from its look-alikes
A transform that is applied to one of the two alone (`train-val-transform-mismatch`) shows in the batches and not in the
files. Val below train from the start can also be strong augmentation or dropout.

## How to fix
Draw the splits again at random, by recording; or put pictures like those of val into train; or augment that far.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

TRAIN_VAL_SHIFT = Cause(
    slug="train-val-shift",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D331", if_seen=6.0, if_absent=-0.5, proves=True),
        Clue("D330", if_seen=4.0, if_absent=-1.0),
        Clue("D333", if_seen=4.0, if_absent=-1.0),
        Clue("D332", if_seen=3.5, if_absent=-0.5),
        Clue("D342", if_seen=-10.0),
        Clue("D206", if_seen=-10.0),  # boxes of a split in another form are unlike for that reason
        Clue("D210", if_seen=-10.0),
        Clue("D216", if_seen=-10.0),
        Clue("D224", if_seen=-10.0),
    ),
    fix=Fix(
        "Draw the splits again at random, by recording; or put pictures like those of val into train; or augment that far."
    ),
    proof="static",
)
