"""The anchors of an anchor-based detector do not reach the boxes, or are in another order than the outputs.

## How it shows
Objects of some shapes or sizes are never found, others well. With anchors in another order than the outputs nothing is found
and the loss hardly falls. Models without anchors do not have it.

## How to tell it from its look-alikes
Objects that are merely small are `tiny-objects`. Boxes of impossible shapes are `wrong-box-format`.

## How to fix
Leave autoanchor on, or write fitted anchors into the model's settings, at the size that is trained at. List anchors
in the order to which the outputs are reshaped.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

ANCHOR_MISMATCH = Cause(
    slug="anchor-mismatch",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("M207", if_seen=11.0, proves=True),
        Clue("B159", if_seen=9.0, proves=True),
        Clue("M225", if_seen=7.0, if_absent=-3.0),
        Clue("B130", if_seen=-5.0),  # boxes of other pictures fit no anchor
        Clue("B131", if_seen=-5.0),
        Clue("B132", if_seen=-5.0),
        Clue("M206", if_seen=3.5, if_absent=-2.0),
        Clue("D352", if_seen=3.0, if_absent=-4.0),
        Clue("M210", if_seen=7.0, if_absent=-1.0),
        Clue("M205", if_seen=11.0, if_absent=-3.0, proves=True),
    ),
    fix=Fix("Leave autoanchor on, or write fitted anchors into the model's settings, at the size that is trained at."),
    proof="static",
)
