"""The device computes wrong numbers: a kernel is at fault in this build, not the training.

## How it shows
NaN losses or metrics of zero on one device, from the first steps, and none on another or on the CPU with the same seed.

## How to tell it from its look-alikes
An overflow of half precision breaks on every device: `amp-overflow`. A rate that is too high breaks on the CPU as well. Only the
same steps elsewhere prove it; on the device alone no more than what is on record of it can be said.

## How to fix
Full precision, bfloat16, or another build of PyTorch and cuDNN for this device.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

DEVICE_NUMERICS = Cause(
    slug="device-numerics",
    doc=__doc__,
    clues=(
        Clue("T028", if_seen=5.0, if_absent=-5.0),  # a guess until the benchmark sets it
        Clue("P201", if_seen=2.0),
        Clue("B243", if_seen=7.0, if_absent=-3.0),  # a guess: a twin
    ),
    fix=Fix(
        "Train in full precision or in bfloat16 on this device, and compare a few steps with the CPU.",
        {"pytorch": "with torch.autocast(device.type, enabled=False):\n    ...", "ultralytics": "yolo train amp=False"},
    ),
    proof="observed",
)
