"""T202: the weights hardly move, and the loss hardly falls."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Recording
from traindx.core.setup import Setup
from traindx.core.trend import FAR_BELOW_CHANCE, over_chance, trend
from traindx.core.warm_up import rated


@check("T202", level="error")
def tiny_updates(
    recording: Recording,
    setup: Setup | None = None,
    *,
    ratio: float = 5e-4,
    drop: float = 0.15,
    moved: float = 1e-3,
    sigmas: float = 4.0,
    min_steps: int = 10,
    few: int = 30,
) -> Iterator[Finding | Measured]:
    """Even the largest updates are a vanishing part of the weights, and the loss falls by little or nothing.

    ## Why is this bad?
    At this pace the weights need thousands of epochs to get anywhere.

    ## How to fix
    Raise the learning rate; a range test says how far. If the rate is usual, something keeps the gradient small. The 90th
    percentile of the steps at half of the highest rate or more is judged, so that warm-up and decay do not count; it was at
    least 0.003 in the benchmark's 92 healthy runs, at most 0.000006 with a rate 10,000 times too low (`python
    bench/ratios.py`).

    Over less than `few` passes, in which momentum is still building up, a tenth of the bound is asked for (a guess). A run
    whose loss falls by more than `drop` (where all updates together are under `moved` of the weights also by more than
    `sigmas` standard errors), or is far below chance already, is left alone whatever its ratio, and so is one that was cut
    short in its warm-up. Steps with a rate of zero are a matter of T362.
    """
    taken = recording.update_ratio[rated(recording) & ~(recording.lr < 0.5 * _highest(recording))]
    taken = taken[np.isfinite(taken)]
    if len(taken) < 3 or np.isfinite(recording.loss).sum() < min_steps:
        return
    high, seen = float(np.quantile(taken, 0.9)), trend(recording.loss)
    ratio = ratio if recording.passes >= few else 0.1 * ratio
    yield Measured("update-to-weight ratio (90th percentile)", high, f"over {ratio:g}")
    reached = over_chance(recording)
    if reached is not None and reached < FAR_BELOW_CHANCE:
        return
    still = seen.z < sigmas and high * recording.passes < moved  # what the loss fell by is its noise
    if high > ratio or not seen.finite or (seen.drop > drop and not still) or _warms_up(recording):
        return
    shown = np.isfinite(recording.update_ratio)
    x, y = tuple(map(float, recording.step[shown])), tuple(map(float, recording.update_ratio[shown]))
    curve = Curve("update-to-weight ratio", (Line("ratio", x, y),), onset=0, log_y=True)
    rate = _highest(recording)
    text = f"updates are at most {high:.2g} of the weights' norm a step (should be over {ratio:g}) at rate {rate:.3g} "
    text += f"of {optimizer_words(recording)}; the loss fell by {seen.drop:.1%}"
    yield Finding(optimizer_place(recording, 0, setup), text, (curve,))


def _highest(recording: Recording) -> float:
    """The highest rate of the run; nan where none is known."""
    return float(np.nanmax(recording.lr)) if np.isfinite(recording.lr).any() else float("nan")


def _warms_up(recording: Recording) -> bool:
    """Whether the rate rises to the end of the run, to three times its start or more: it was cut short in its warm-up."""
    rates = recording.lr[np.isfinite(recording.lr)]
    return len(rates) > 3 and bool((np.diff(rates) >= 0).all()) and rates[-1] > max(rates[-2], 3 * rates[0])


@tiny_updates.fires_on
def rate_a_thousand_times_too_low() -> Facts:
    return {"recording": recording_with(flat(), update_ratio=1e-6)}


@tiny_updates.quiet_on
def small_steps_that_learn() -> Facts:
    return {"recording": recording_with(falling(), update_ratio=5e-5)}


@tiny_updates.quiet_on
def cut_short_in_its_warm_up() -> Facts:
    rates = [1e-5 * (i + 1) for i in range(60)]
    return {"recording": recording_with(flat(), update_ratio=1e-5, lr=rates)}


@tiny_updates.quiet_on
def looked_at_in_its_warm_up_alone() -> Facts:
    rates, moved = [5e-4] * 30 + [0.05] * 30, [6e-6] * 30 + [float("nan")] * 29 + [1e-3]
    return {"recording": recording_with(flat(), lr=rates, update_ratio=moved)}


@tiny_updates.quiet_on
def the_first_dozen_steps_of_a_detector() -> Facts:
    return {"recording": recording_with(flat()[:12], update_ratio=2e-4)}


@tiny_updates.fires_on
def a_loss_that_only_seems_to_fall() -> Facts:
    noise = [1.0 + 0.5 * ((7 * i) % 11 - 5) / 5 - 0.18 * (i > 100) for i in range(120)]
    return {"recording": recording_with(noise, update_ratio=1e-7)}


@tiny_updates.quiet_on
def cut_after_a_first_epoch_at_zero() -> Facts:
    rates, moved = [0.0] * 50 + [0.1] * 10, [0.0] * 50 + [2e-3] * 10
    return {"recording": recording_with(flat()[:60], lr=rates, update_ratio=moved)}
