"""The folders are not laid out as loaders read them: a level too high, a flat split, a stray folder counted as a class.

## How it shows
The number of classes is not what you expect, or the loader stops before the first step. With the root one level too high
the accuracy is 1 from the first step, because there is one class. A stray folder moves the ids of all classes after it.

## How to tell it from its look-alikes
If every folder is a class and the splits have different ones, it is `class-map-mismatch`. If boxes are expected in text
files that are not found, it is `labels-not-found`.

## How to fix
Bring the folders to root/train/<class>/*.jpg and root/val/<class>/*.jpg, with nothing else in them.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

WRONG_DATASET_LAYOUT = Cause(
    slug="wrong-dataset-layout",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D401", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("D402", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("D403", if_seen=7.0, if_absent=-0.5, proves=True),
        Clue("D404", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("D405", if_seen=7.0, if_absent=-0.5, proves=True),
        Clue("D406", if_seen=6.0, if_absent=-0.5, proves=True),
        Clue("D407", if_seen=0.5),
        Clue("D408", if_seen=6.0, if_absent=-0.5, proves=True),
        Clue("D315", if_seen=8.0, if_absent=-0.5, proves=True),
        Clue("D317", if_seen=7.0, if_absent=-0.5, proves=True),
        Clue("D413", if_seen=6.0, if_absent=-0.5, proves=True),
        Clue("D419", if_seen=0.5),
        Clue("D426", if_seen=9.0, proves=True),
    ),
    fix=Fix(
        "Bring the folders to root/train/<class>/ and root/val/<class>/, the same classes in both, and nothing else."
    ),
    proof="static",
)
