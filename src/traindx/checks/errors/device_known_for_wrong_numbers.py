"""T028: the numbers break on a device that is known for wrong ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording

HALF = re.compile(r"GTX 16[3-6]0|\bT(400|500|600|1000|1200)\b")
"""Devices of the TU116 and TU117 chips, whose convolutions in float16 return NaN with some builds (pytorch#69449)."""


@check("T028", level="warning")
def device_known_for_wrong_numbers(recording: Recording) -> Iterator[Finding | Measured]:
    """The loss is not finite, on a device and in a precision for which wrong results are on record.

    On record are float16 on NVIDIA's GTX 16 series (pytorch#69449, ultralytics#1149) and Apple's MPS (ultralytics#9933). Of other
    devices nothing is said: the same batch on the CPU would tell.

    ## Why is this bad?
    Neither the data nor the rate is at fault, and lowering the rate does not help.

    ## How to fix
    Train in full precision (`amp=False`), in bfloat16 where the device has it, or with another build of PyTorch and cuDNN. A few
    steps on the CPU with the same seed show whether the device is at fault.
    """
    device = str(recording.start.get("device") or "")
    half = any("float16" in (p.get("autocast"), p.get("inside")) for p in recording.lines.get("precision", ()))
    known = device == "mps" or (bool(HALF.search(device)) and half)
    if not known and device != "cpu":
        raise NotEnough(
            f"nothing is on record of {device or 'the device'} in this precision; a few steps on the CPU would tell"
        )
    broken = np.flatnonzero(np.isinf(recording.loss))
    yield Measured("steps with a loss that is not finite", len(broken), "0")
    if known and len(broken):
        step = int(recording.step[broken[0]])
        precision = "float16" if half else "float32"
        yield Finding(
            Place(step=step),
            f"the loss is not finite at step {step}, on {device} in {precision}, known for wrong results",
        )


def _on(device: str, autocast: str | None, loss: list[float]) -> Facts:
    made = recording_with(loss, events=[{"kind": "precision", "step": 0, "autocast": autocast}])
    return {"recording": replace(made, start={**made.start, "device": device})}


@device_known_for_wrong_numbers.fires_on
def half_precision_on_a_gtx_1650() -> Facts:
    return _on("NVIDIA GeForce GTX 1650", "float16", [float("nan")] * 40)


@device_known_for_wrong_numbers.quiet_on
def finite_on_the_same_device() -> Facts:
    return _on("NVIDIA GeForce GTX 1650", "float16", falling())


@device_known_for_wrong_numbers.quiet_on
def not_finite_on_the_cpu() -> Facts:
    return _on("cpu", None, [float("nan")] * 40)
