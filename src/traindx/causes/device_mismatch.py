"""Model, batch or a constant lie on different devices.

## How it shows
The first forward pass or the loss ends with `Expected all tensors to be on the same device`.

## How to tell it from its look-alikes
The same device and other types of numbers is `dtype-mismatch`. A device that is not there at all is `device-not-available`.

## How to fix
Send the model to the device before the optimizer is built, and each batch in the loop.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

DEVICE_MISMATCH = Cause(
    slug="device-mismatch",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V441", if_seen=9.0, if_absent=-2.0),
        Clue("T015", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Send model and batches to one device; register constants of the model as buffers.",
        {
            "pytorch": "model.to(device)\n"
            "for x, y in loader:\n"
            "    x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)"
        },
    ),
    proof="observed",
)
