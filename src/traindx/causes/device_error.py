"""The device reported an error: an assertion in a kernel, an illegal access, cuDNN or cuBLAS.

## How it shows
The program ends with `CUDA error`, `device-side assert triggered` or a status of cuDNN, often at a line that is not the one
at fault.

## How to tell it from its look-alikes
`out of memory` is `out-of-memory`. An index that is out of range says so plainly on the CPU: `head-class-mismatch` or
`class-id-out-of-range`.

## How to fix
Run once with `CUDA_LAUNCH_BLOCKING=1`, or a few steps on the CPU: the line is then the right one.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

DEVICE_ERROR = Cause(
    slug="device-error",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V484", if_seen=9.0, if_absent=-2.0),
        Clue("T024", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Run a few steps on the CPU, or with CUDA_LAUNCH_BLOCKING=1, to be shown the line that failed; "
        "of assertions suspect class ids first.",
    ),
    proof="observed",
)
