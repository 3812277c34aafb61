"""T373: the loss is scaled and the optimizer is stepped without the scaler, so that gradients keep the scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.optimization import loss_scale_of
from traindx.core.recording import Recording
from traindx.core.trend import trend


@check("T373", level="error")
def stepped_without_scaler(
    recording: Recording, *, share: float = 0.5, min_records: int = 3, drop: float = 0.1
) -> Iterator[Finding | Measured]:
    """`scaler.scale(loss).backward()` is followed by `optimizer.step()`, and nothing unscales the gradients.

    ## Why is this bad?
    The gradients are tens of thousands of times too large. Plain gradient descent explodes at once; clipping cuts all to one
    length; Adam, which divides by their size, hardly notices.

    ## How to fix
    `scaler.step(optimizer)` and `scaler.update()` in place of `optimizer.step()`.

    Reported where at least `share` of the recorded steps went so, `min_records` of them, and the run is the worse for it:
    its loss is not finite at the end, or fell by less than `drop` (a guess). Steps before which the user called `unscale_`
    do not count.
    """
    scale = loss_scale_of(recording)
    if scale is None:
        raise NotEnough("no gradient scaler was used")
    calls = dict(zip(recording.step.tolist(), recording.calls, strict=True))
    left = [step for step in scale.bypassed if "u" not in calls.get(step, "")]
    yield Measured("recorded steps whose gradients kept the loss scale", len(left), f"0 of {len(recording.details)}")
    if len(left) < max(min_records, share * len(recording.details)) or not np.isfinite(recording.loss).any():
        return
    seen = trend(recording.loss)
    if seen.finite and seen.drop >= drop:
        return
    source = recording.sources.get("step")
    place = Place(path=source.path, line=source.line, step=left[0]) if source else Place(step=left[0])
    text = f"the loss is scaled and the optimizer is stepped without the scaler at {len(left)} of {len(recording.details)} recorded"
    yield Finding(place, f"{text} steps: the gradients keep the scale")


@stepped_without_scaler.fires_on
def plain_steps_behind_a_scaled_loss() -> Facts:
    return {"recording": recording_with([*flat(steps=20), *[float("inf")] * 40], detail={"scaler": {"bypassed": True}})}


@stepped_without_scaler.quiet_on
def by_the_scaler() -> Facts:
    return {"recording": recording_with(flat(), detail={"scaler": {"scale": 65536.0, "attempts": 9, "skipped": 0}})}


@stepped_without_scaler.quiet_on
def unscaled_by_the_user() -> Facts:
    return {"recording": recording_with(flat(), calls="zfbus", detail={"scaler": {"bypassed": True}})}


@stepped_without_scaler.quiet_on
def a_run_that_learns_all_the_same() -> Facts:
    return {"recording": recording_with(falling(), detail={"scaler": {"bypassed": True}})}
