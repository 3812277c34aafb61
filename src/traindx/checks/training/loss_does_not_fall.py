"""T103: the loss stays where it began. Its passing is what `healthy` rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trend import trend


@check("T103", level="error")
def loss_does_not_fall(
    recording: Recording, *, drop: float = 0.1, z: float = 4.0, min_steps: int = 10
) -> Iterator[Finding | Measured]:
    """The loss at the end is no lower than at the start, by the measure of its own noise.

    Where the recording shows the number of classes of a cross entropy, a loss that is already far below chance (ln K)
    counts as learned: a resumed or fine-tuned run starts low.

    ## Why is this bad?
    Nothing is learned: the weights change without effect, or do not change at all.

    ## How to fix
    See which of the causes fits: compare the update-to-weight ratio, the modes, the order of calls, the inputs' scale and
    the dead units. The level at the end is the median of the last tenth, at the start that of the first twentieth.
    """
    known = ~np.isnan(recording.loss)
    if np.isfinite(recording.loss[known]).sum() < min_steps:
        return
    seen = trend(recording.loss)
    yield Measured(
        "the loss fell by", seen.drop, f"more than {drop:g} of its start, {seen.start:.4g} to {seen.end:.4g}"
    )
    yield Measured("that is, in standard errors", seen.z, f"more than {z:g}")
    chance = _chance(recording)
    if seen.finite and ((seen.drop > drop and seen.z > z) or (chance is not None and seen.end < 0.6 * chance)):
        return
    step, loss = recording.step[known], recording.loss[known]
    curve = Curve("loss", (Line("loss", tuple(map(float, step)), tuple(map(float, loss))),), onset=0)
    text = (
        f"the loss does not fall: {seen.start:.4g} at the start, {seen.end:.4g} at the end"
        if seen.finite
        else "no finite loss"
    )
    if chance is not None and abs(seen.end - chance) < 0.1 * chance:
        text += f", chance is {chance:.4g}"
    yield Finding(Place(step=0), text, (curve,))


def _chance(recording: Recording) -> float | None:
    """ln K of the cross entropy that the recording saw, None without one."""
    classes = [d["loss_call"].get("classes") for d in recording.details.values() if d.get("loss_call")]
    return math.log(classes[0]) if classes and classes[0] and classes[0] > 1 else None


@loss_does_not_fall.fires_on
def flat_at_chance() -> Facts:
    return {"recording": recording_with(flat(level=math.log(10)))}


@loss_does_not_fall.quiet_on
def falling_loss() -> Facts:
    return {"recording": recording_with(falling())}


@loss_does_not_fall.quiet_on
def resumed_far_below_chance() -> Facts:
    return {"recording": recording_with(flat(level=0.3), detail={"loss_call": {"classes": 10}})}
