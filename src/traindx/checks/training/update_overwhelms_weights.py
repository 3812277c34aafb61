"""T201: one step changes the weights by a large part of their own size, and the loss is worse for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Optimizer, Recording
from traindx.core.setup import Setup
from traindx.core.trend import trend


@check("T201", level="error")
def update_overwhelms_weights(
    recording: Recording,
    setup: Setup | None = None,
    *,
    ratio: float = 0.2,
    window: int = 20,
    first: int = 5,
    far: float = 0.25,
) -> Iterator[Finding | Measured]:
    """A single update is a large part of the weights' own norm, and the loss leaps or does not fall in the steps after it.

    ## Why is this bad?
    The step leaves the region in which the gradient describes the loss. The weights that were there, initial or
    pretrained, are thrown away; the loss explodes, or it sits at chance for good.

    ## How to fix
    Lower the learning rate of that parameter group, or warm it up. The largest ratio of update norm to weight norm lay
    between 0.005 and 0.04 in the benchmark's 92 healthy runs, and between 0.34 and 1 with a rate 300 times too high
    (`python bench/ratios.py`). The norm of the weights is that after the step, so the ratio is near 1 where nothing of them
    is left. The loss decides as well, since zero-initialised heads have large ratios without harm.

    Not reported are the `first` steps of RMSprop, of which the very first is ten times as long as the rate says, where the
    loss falls to under `far` of what it was (guesses).
    """
    taken = recording.update_ratio
    weighty = np.isfinite(recording.weight_norm) & (recording.weight_norm > 1e-6)
    usable = weighty | np.isinf(recording.weight_norm)
    usable &= ~_from_zero(recording)
    if not usable.any():
        return
    largest = float(np.nanmax(taken[usable])) if np.isfinite(taken[usable]).any() else float("nan")
    yield Measured("largest update-to-weight ratio of a step", largest, f"under {ratio:g}")
    with np.errstate(invalid="ignore"):
        over = np.flatnonzero(usable & (taken > ratio))
    harmful = [i for i in over if _no_better(recording, int(i), window)]
    if not harmful or (over[-1] < first and _gets_over_it(recording, far)):
        return
    worst = harmful[0]
    step = int(recording.step[worst])
    shown = usable & np.isfinite(taken)
    x, y = tuple(map(float, recording.step[shown])), tuple(map(float, taken[shown]))
    curve = Curve("update-to-weight ratio", (Line("ratio", x, y),), onset=step, log_y=True)
    rate = recording.lr[worst]
    text = f"step {step} changes the weights by {taken[worst]:.3g} of their norm (should be under {ratio:g})"
    if np.isfinite(rate):
        text += f" at rate {rate:.3g} of {optimizer_words(recording)}"
    yield Finding(optimizer_place(recording, step, setup), text, (curve, _loss(recording, step)))


def _from_zero(recording: Recording) -> NDArray[np.bool_]:
    """The first ten records of weights that start at zero: there the update is all that there is, or most of it."""
    starts = bool(len(recording.step)) and abs(float(recording.update_ratio[0]) - 1) < 1e-4
    return np.asarray((np.arange(len(recording.step)) < 10) & starts)


def _no_better(recording: Recording, i: int, window: int) -> bool:
    """Whether after written step i the loss leaps to three times what it was, or is no lower in the window than before, since
    the network, what is held of it or what is trained of it last changed: a new head, and a layer after a layer, start anew."""
    before = recording.loss[max(_described_at(recording, i), _others_trained_until(recording, i)) : i + 1]
    after = recording.loss[i + 1 : i + 1 + window]
    before, after = before[np.isfinite(before)][-window:], after[~np.isnan(after)]
    if not len(before) or not len(after):
        return False
    level = float(np.median(before))
    leaps = level > 0 and float(np.max(after[:5])) > 3 * level
    return leaps or float(np.median(after)) >= 0.9 * level


def _gets_over_it(recording: Recording, far: float) -> bool:
    """Whether RMSprop's loss ends far below that of its first step."""
    seen = trend(recording.loss)
    known = any(optimizer.kind.startswith("RMSprop") for optimizer in recording.optimizers)
    return known and seen.finite and np.isfinite(recording.loss[0]) and 0 <= seen.end < far * float(recording.loss[0])


def _described_at(recording: Recording, i: int) -> int:
    """Position of the step at which the network was described last before written step i."""
    at = [int(line.get("step") or 0) for line in recording.lines.get("model", ())]
    last = max((step for step in at if step <= recording.step[i]), default=0)
    return min(int(np.searchsorted(recording.step, last)), i)


def _others_trained_until(recording: Recording, i: int) -> int:
    """Position after the last recorded step that moved none of the parameters that written step i moves; 0 without one."""
    moved = np.nan_to_num(recording.per_parameter("update")) > 0
    steps = np.array(list(recording.details), dtype=np.int64)
    now = moved[steps == recording.step[i]]
    if not now.any():
        return 0
    other = steps[(steps < recording.step[i]) & moved.any(axis=1) & ~(moved & now[0]).any(axis=1)]
    return min(int(np.searchsorted(recording.step, other.max() + 1)), i) if len(other) else 0


def _loss(recording: Recording, onset: int) -> Curve:
    known = ~np.isnan(recording.loss)
    x, y = tuple(map(float, recording.step[known])), tuple(map(float, recording.loss[known]))
    return Curve("loss", (Line("loss", x, y),), onset=onset, log_y=True)


@update_overwhelms_weights.fires_on
def rate_a_hundred_times_too_high() -> Facts:
    return {"recording": recording_with([2.3, 2.4, 80.0, *flat(steps=57)], update_ratio=[0.5, 4.0, *[0.05] * 58])}


@update_overwhelms_weights.quiet_on
def large_first_step_of_a_small_head() -> Facts:
    return {"recording": recording_with(falling(), update_ratio=[0.4, *[0.01] * 59])}


@update_overwhelms_weights.quiet_on
def the_first_step_of_rmsprop() -> Facts:
    run = recording_with([2.3, 9.0, 4.0, *falling(steps=57)], update_ratio=[0.24, *[0.01] * 59])
    return {"recording": replace(run, optimizers=(Optimizer("RMSprop", ({"lr": 0.001},)),))}


@update_overwhelms_weights.quiet_on
def a_new_head_after_the_old_one_had_learned() -> Facts:
    ratios = [0.001] * 60 + [0.5] + [0.01] * 39
    again = {
        "kind": "model",
        "step": 60,
        "name": "Net",
        "layers": [],
        "parameters": [{"name": "fc.weight", "shape": [8]}],
    }
    loss = [*falling(steps=60), *falling(steps=40)]
    return {"recording": recording_with(loss, update_ratio=ratios, events=[again])}


@update_overwhelms_weights.quiet_on
def a_layer_that_is_trained_after_another() -> Facts:
    run = recording_with([*falling(steps=60), *falling(steps=40)], update_ratio=[0.01] * 60 + [0.5] + [0.01] * 39)
    for step, detail in run.details.items():
        moved = [0.1] * 3 + [None] * 3
        detail["parameters"] = {"update": moved if step < 60 else moved[::-1]}  # type: ignore[index]
    return {"recording": run}
