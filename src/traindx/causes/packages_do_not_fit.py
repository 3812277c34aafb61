"""Two installed packages do not work together in these versions.

## How it shows
An import fails, or the first call of a compiled part: `operator torchvision::nms does not exist`, `Numpy is not available`,
`_ARRAY_API not found`, `Weights only load failed`.

## How to tell it from its look-alikes
A package that is missing says so by name. What fails on one machine and runs on another with the same versions is no mismatch.

## How to fix
Install versions that were built for each other, in one command, so that the installer can choose them together.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

PACKAGES_DO_NOT_FIT = Cause(
    slug="packages-do-not-fit",
    doc=__doc__,
    clues=(
        Clue("V489", if_seen=9.0, if_absent=-2.0),
        Clue("P204", if_seen=9.0, proves=True),
        Clue("P207", if_seen=5.0),
    ),  # a guess until the benchmark sets it
    fix=Fix(
        "Install versions that were built for each other, in one command.",
        {"pytorch": "pip install --upgrade torch torchvision numpy"},
    ),
    proof="static",
)
