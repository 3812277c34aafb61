"""The program asks for a device that this machine or this build of PyTorch does not have.

## How it shows
The program ends before its first step with `Torch not compiled with CUDA enabled`, `No CUDA GPUs are available` or `invalid
device ordinal`.

## How to tell it from its look-alikes
Memory that runs out on the device is `out-of-memory`. A device that answers with an error is `device-error`.

## How to fix
Install the build for the driver, or choose the device by what is there.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

DEVICE_NOT_AVAILABLE = Cause(
    slug="device-not-available",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V442", if_seen=9.0, if_absent=-2.0),
        Clue("T023", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
        Clue("P202", if_seen=9.0, proves=True),
        Clue("P203", if_seen=4.0),
        Clue("P205", if_seen=2.0),
        Clue("P206", if_seen=9.0, proves=True),
    ),
    fix=Fix(
        "Install the build of PyTorch for this machine's driver, or choose the device by what is there.",
        {
            "pytorch": 'device = "cuda" if torch.cuda.is_available() else "cpu"\n'
            "state = torch.load(path, map_location=device)"
        },
    ),
    proof="observed",
)
