"""Some classes have far fewer pictures, or boxes, than others.

## How it shows
Recall of the rare classes stays low while the frequent ones do well; the mean, or the accuracy, hides it. The loss may end at
what the classes' frequencies alone bring.

## How to tell it from its look-alikes
Rare classes that are hard to see, or labelled carelessly, look the same: compare recall with the count of every class. A
class without any box is `missing-class`.

## How to fix
Collect more of the rare classes, oversample their pictures, weight the classes or use a focal loss.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

CLASS_IMBALANCE = Cause(
    slug="class-imbalance",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D302", if_seen=3.0, if_absent=-4.0),
        Clue("D340", if_seen=3.5),
        Clue("V463", if_seen=5.0, if_absent=-1.0),
        Clue("V457", if_seen=6.0),
        Clue("B160", if_seen=9.0, proves=True),
        Clue("T115", if_seen=4.5, if_absent=-1.0),
    ),
    fix=Fix("Collect more of the rare classes, oversample their pictures, weight the classes or use a focal loss."),
    proof="static",
)
