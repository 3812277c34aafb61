"""Shared memory, open files or the disk are used up.

## How it shows
A loader's worker is ended by `Bus error`; `Too many open files` after some hundred steps; `No space left on device` while a
checkpoint is written.

## How to tell it from its look-alikes
Memory of the machine or the device is `out-of-memory`. The words name the resource, and the samples show how it went down.

## How to fix
Shared memory: `--shm-size`. Files: close them, or raise the limit. Disk: fewer checkpoints, or another disk.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

RESOURCES_EXHAUSTED = Cause(
    slug="resources-exhausted",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V437", if_seen=9.0, if_absent=-2.0),
        Clue("P103", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("P104", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("P105", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("P106", if_seen=5.0),
        Clue("T027", if_seen=0.5),
        Clue("T001", if_seen=0.3),
        Clue("P210", if_seen=4.0),
        Clue("P211", if_seen=4.0),
        Clue("P212", if_seen=4.0),
    ),
    fix=Fix(
        "Give the container more shared memory, close files or raise their limit, make room on the disk: as the finding says.",
        {
            "pytorch": "docker run --shm-size=8g ...\n"
            "with Image.open(path) as picture:  # closes the file\n"
            "    picture = picture.convert('RGB')"
        },
    ),
    proof="observed",
)
