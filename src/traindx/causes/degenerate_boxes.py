"""Boxes have no area, less than a pixel, or coordinates that are not finite.

## How it shows
Few such boxes hardly show. Many give losses that are not finite, or pictures that are dropped.

## How to tell it from its look-alikes
A loss that is not finite without such boxes comes from the rate, the precision or an operation. Very small boxes with an
area are no fault of the label.

## How to fix
Delete the rows named, or draw the boxes again.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

DEGENERATE_BOXES = Cause(
    slug="degenerate-boxes",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("V488", if_seen=9.0),
        Clue("D208", if_seen=5.0, if_absent=-1.0, proves=True),
        Clue("D215", if_seen=4.5),
        Clue("B209", if_seen=8.5, proves=True),
        Clue("T033", if_seen=9.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix("Delete the rows named, or draw the boxes again."),
    proof="static",
    undo=repair_dataset("zero-area"),
    induce=damage_dataset("zero-area"),
)
