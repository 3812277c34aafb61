"""The same class id means different classes in two places (train and val, labels and names, folders and folders).

## How it shows
Training looks healthy: the loss falls. Validation stays near zero, or under that of guessing, or names one class as another,
because the ids it is scored by are in another order.

## How to tell it from its look-alikes
Ids that count from 1 leave id 0 unused and use one id too many. Validation labels that are not found leave the
validation loss at zero. Overfitting starts with a good validation score.

## How to fix
Bring every split, the names in the settings and the checkpoint to one list of classes in one order.
"""

from traindx.core.cause import Cause, Clue, Fix

CLASS_MAP_MISMATCH = Cause(
    slug="class-map-mismatch",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("V434", if_seen=6.0),
        Clue("V451", if_seen=8.0),
        Clue("V452", if_seen=4.5),
        Clue("D245", if_seen=4.0),
        Clue("D304", if_seen=7.0, if_absent=-0.5, proves=True),
        Clue("D310", if_seen=6.0, if_absent=-2.0, proves=True),
        Clue("D521", if_seen=9.0, proves=True),
        Clue("D311", if_seen=12.0, if_absent=-2.0, proves=True),
        Clue("D402", if_seen=-6.0),  # a stray folder moves the ids
        Clue("D312", if_seen=0.5),
        Clue("D314", if_seen=7.0, if_absent=-0.5, proves=True),
        Clue("D415", if_seen=6.0, if_absent=-0.5, proves=True),
        Clue("D416", if_seen=0.5),
        Clue("V462", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("D505", if_seen=7.0, if_absent=-0.5),
    ),
    fix=Fix(
        "Give every split the same class folders, and every file one list of classes in one order; convert labels whose ids"
        " are in another order again."
    ),
    proof="static",
)
