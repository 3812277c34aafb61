"""T301: gradients of earlier steps are still there when the next backward pass begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Recording

BETWEEN = re.compile(r"b.*z.*b")
"""Gradients cleared between two backward passes: the first was for something else, as an attack on the input."""


@check("T301", level="error")
def gradients_not_cleared(
    recording: Recording, *, share: float = 0.5, min_records: int = 2
) -> Iterator[Finding | Measured]:
    """After an optimizer step the old gradients stay, and the next backward pass adds to them.

    ## Why is this bad?
    Each step then follows the sum of all gradients so far: an ever larger rate in an ever older direction.

    ## How to fix
    Call `optimizer.zero_grad()` once for each `optimizer.step()`, before the first backward pass.
    Gradient accumulation is no fault: what is measured is the norm of the gradients at the first backward pass after a
    step. With several optimizers only steps without any zero_grad call count, and never those in which gradients are cleared
    between two backward passes.
    """
    stale = recording.grad_before
    looked = np.isfinite(stale)
    looked[: min(1, len(looked))] = False  # nothing can be stale before the first step
    if looked.sum() < min_records:
        return
    several = len(recording.optimizers) > 1
    cleared_between = [BETWEEN.search(calls) is not None for calls in recording.calls]
    kept = looked & (stale > 0) & ~np.array(cleared_between, dtype=bool)
    if several:
        kept &= np.array(["z" not in calls for calls in recording.calls], dtype=bool)
    yield Measured("steps that began with old gradients", int(kept.sum()), f"0 of {int(looked.sum())}")
    if kept.sum() < share * looked.sum():
        return
    step = int(recording.step[kept.argmax()])
    cleared = sum("z" in calls for calls in recording.calls)
    x, y = tuple(map(float, recording.step[looked])), tuple(map(float, stale[looked]))
    curve = Curve("norm of the gradients before the backward pass", (Line("should be 0", x, y),), onset=step)
    source = recording.sources.get("zero_grad" if cleared else "step") or recording.sources.get("backward")
    text = f"gradients are not cleared: {int(kept.sum())} of {int(looked.sum())} steps began with the old ones"
    text += f", zero_grad was called before {cleared} of {len(recording.calls)} steps"
    place = Place(path=source.path, line=source.line, step=step) if source else Place(step=step)
    yield Finding(place, text, (curve,))


@gradients_not_cleared.fires_on
def no_zero_grad() -> Facts:
    return {"recording": recording_with(falling(), calls="fbs", grad_before=3.0)}


@gradients_not_cleared.quiet_on
def usual_order() -> Facts:
    return {"recording": recording_with(falling())}


@gradients_not_cleared.quiet_on
def an_attack_on_the_input_before_zero_grad() -> Facts:
    return {"recording": recording_with(falling(), calls="fbzfbs", grad_before=3.0)}


@gradients_not_cleared.quiet_on
def accumulation_over_four_batches() -> Facts:
    return {"recording": recording_with(falling(), calls="zfbfbfbfbs")}
