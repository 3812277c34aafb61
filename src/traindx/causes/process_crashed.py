"""The process itself died: a segmentation fault, a bus error, an abort in a library.

## How it shows
The run ends without a Python exception, with status 139, 135 or 134; the last lines of the output may hold words of the library.

## How to tell it from its look-alikes
SIGKILL (137) comes from outside, most often for memory: `out-of-memory`. A bus error of a loader's worker is shared memory:
`resources-exhausted`.

## How to fix
`python -X faulthandler train.py` shows the Python lines. Look for packages that were built for another version of PyTorch or CUDA.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

PROCESS_CRASHED = Cause(
    slug="process-crashed",
    doc=__doc__,
    clues=(
        Clue("V485", if_seen=9.0, if_absent=-2.0),
        Clue("T027", if_seen=9.0, if_absent=-6.0, proves=True),
    ),  # a guess until the benchmark sets it
    fix=Fix(
        "Run it with faulthandler to see the line, and rebuild or update the package that stands there.",
        {"pytorch": "python -X faulthandler train.py"},
    ),
    proof="observed",
)
