"""Two entries of a json share an id, a file or a category's name.

## How it shows
Fewer pictures or boxes are trained on than the json holds, without a message: readers index entries by id and keep the
last. A picture that stands twice is learnt twice, each time with part of its objects as background.

## How to tell it from its look-alikes
The same box twice under two ids is `duplicate-labels`. The same ids in the jsons of two splits are legal. Jsons merged
without counting the ids on have many duplicates of all kinds.

## How to fix
Count the ids through, and let annotations follow their image. Merge the entries of one file.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

_SNIPPET = """\
for number, annotation in enumerate(coco["annotations"], start=1):
    annotation["id"] = number
"""

DUPLICATE_ENTRIES = Cause(
    slug="duplicate-entries",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D232", if_seen=12.0, if_absent=-6.0, proves=True),  # boxes of two pictures are taken for those of one
        Clue("D207", if_seen=0.5),
        Clue("D213", if_seen=0.5),
        Clue("D319", if_seen=3.0),
    ),
    fix=Fix("Count the ids through; merge entries of one file and categories of one name.", {"pytorch": _SNIPPET}),
    proof="static",
)
