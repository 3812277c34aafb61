"""A folder, list, table or checkpoint that the program opens is not there.

## How it shows
The program ends with FileNotFoundError before its first step, or when the file's turn comes.

## How to tell it from its look-alikes
A picture of the dataset that is not there is `missing-images`; one that is there and cannot be decoded is `corrupt-images`.

## How to fix
Compare the path in the message with what exists, from the folder in which the training was started.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

FILE_NOT_FOUND = Cause(
    slug="file-not-found",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V482", if_seen=9.0, if_absent=-2.0),
        Clue("T012", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Correct the path; make it independent of the folder in which the training is started.",
        {"pytorch": 'root = Path(__file__).parent / "data"'},
    ),
    proof="observed",
)
