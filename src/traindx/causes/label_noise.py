"""Annotations are missing, spurious, of the wrong class or badly located.

## How it shows
Training goes well and validation stays behind, or the loss of some samples never falls. Predictions that a person finds
right are counted as false. Two annotations of the same pictures disagree more than the metric that is aimed at allows.

## How to tell it from its look-alikes
Labels that do not belong to their inputs at all are `shuffled-labels`: a model then finds nothing that generalises. A wrong
class map moves all boxes of a class: `class-map-mismatch`. Hard objects look like errors to a weak model: look at the pictures.

## How to fix
Correct the labels from the top of the ranking down. Then train again: a better model finds the next ones. A robust loss or
label smoothing helps against what remains.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

LABEL_NOISE = Cause(
    slug="label-noise",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D325", if_seen=5.0, if_absent=-0.5),
        Clue("D326", if_seen=8.0, if_absent=-0.5, proves=True),
        Clue("D401", if_seen=-9.0),  # folders one level up are no classes
        Clue("D402", if_seen=-9.0),  # the folder's pictures are copies of those of classes
        Clue("D244", if_seen=4.0),
        Clue("D248", if_seen=4.0),
        Clue("D501", if_seen=2.8, if_absent=-0.5),
        Clue("D502", if_seen=3.0, if_absent=-1.0),
        Clue("D520", if_seen=6.5),
        Clue("D221", if_seen=6.5),
        Clue("D507", if_seen=5.0, if_absent=-3.0),
        Clue("D508", if_seen=4.5, if_absent=-1.0),
        Clue("D509", if_seen=4.0, if_absent=-1.0),
        Clue("D510", if_seen=4.5, if_absent=-1.0),
        Clue("D511", if_seen=4.0, if_absent=-1.0),
        Clue("D515", if_seen=6.0, if_absent=-1.0),
        Clue("D516", if_seen=6.0, if_absent=-1.0),
        Clue("D517", if_seen=6.0, if_absent=-1.0),
    ),
    fix=Fix(
        "Look at the listed boxes and pictures, the first ones first, and correct the labels that are wrong. With predictions "
        "of a model that did not train on them (`traindx check DATA --predictions FILE`), or with a second annotation "
        "(`traindx compare A B`), the list gets longer and surer."
    ),
    proof="static",
)
