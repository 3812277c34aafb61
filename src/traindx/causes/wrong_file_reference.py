"""An annotation names another picture than its own.

## How it shows
Readers disagree: those that go by the xml's name show one picture with these boxes, those that go by `<filename>` another.
Or pictures are left out because no file has the name.

## How to tell it from its look-alikes
A picture that a list or a json names and that is not there is `missing-images`. The same file in two entries of a json is
`duplicate-entries`.

## How to fix
Look at the picture with its boxes. If they fit, write its name into `<filename>`; else give the boxes to the picture named.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

WRONG_FILE_REFERENCE = Cause(
    slug="wrong-file-reference",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D231", if_seen=6.0, if_absent=-1.0, proves=True),
        Clue("D237", if_seen=4.5),
    ),
    fix=Fix("Where the boxes fit the picture, write its name into <filename>; else move them to the picture named."),
    proof="static",
)
