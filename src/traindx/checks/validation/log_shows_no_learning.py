"""V410: neither the metric nor the training loss became better."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise, smooth
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of
from traindx.core.recording import Recording
from traindx.core.trend import trend

GOOD = {"accuracy": 0.9, "accuracy_top1": 0.9, "mAP50": 0.7, "mAP50-95": 0.5}
"""Levels from which a metric needs not rise: weights that were fine-tuned or resumed (guesses)."""

FLAT, FIFTH = 0.5, 0.2
"""An accuracy below this that never rose, or by a fifth of itself at most, outweighs a training loss that fell (guesses)."""

FELL = 0.3
"""Share by which the loss of a recording's steps fell where something was learned beyond doubt (a guess)."""


@check("V410", level="warning", preview=True)
def log_shows_no_learning(
    history: History, recording: Recording | None = None, *, epochs: int = 5, sigmas: float = 4.0, share: float = 0.05
) -> Iterator[Finding | Measured]:
    """Over the whole log neither the validation metric nor the training loss became better.

    ## Why is this bad?
    Either nothing was learnt, or all had been learnt before the log began: a run that goes on from finished weights looks
    the same. The log cannot tell which, so the run is not called healthy.

    ## How to fix
    If the run started from finished weights there was nothing to gain: train with other data, or stop. Otherwise record a
    few hundred steps, `traindx run -- COMMAND`: it sees whether the weights move at all.

    Compared are the first epoch and the best level (median of 5) after it. Defaults: `share` of the value and `sigmas`
    times the noise from epoch to epoch, without the trend in a short steep log (guesses); an accuracy has to rise by `share`
    of what it lacked. One of the two is enough to pass, but for a training loss beside an accuracy that stays below 0.5; and
    so is a metric that is good from the start (`GOOD`) and holds. Without a metric the loss must not come to rest after its
    first epoch at more than half of it.
    """
    named = history.metric
    which, loss = ("training", history.train_loss) if history.train_parts else ("validation", history.val_loss)
    if len(history) < epochs or (named is None and not np.isfinite(loss).any()):
        raise NotEnough(f"needs {epochs} epochs with a loss or a metric, the log has {len(history)}")
    better = flat = False
    if named is not None and np.isfinite(named[1]).sum() >= epochs:
        first, best, last = _first(named[1]), float(np.nanmax(smooth(named[1]))), end_of(named[1])
        least = share * (1 - first if named[0].startswith("accuracy") else abs(first))
        good = last >= GOOD.get(named[0], np.inf) and last >= (1 - share) * best
        better = good or best - first > max(least, sigmas * _noise(named[1]), 1e-3)
        flat = (
            not better and named[0].startswith("accuracy") and best < FLAT and best - first <= max(least, FIFTH * first)
        )
        yield Measured(f"{named[0]}, first epoch to best level,", f"{first:.3g} to {best:.3g}")
    fell = ""
    if np.isfinite(loss).sum() >= epochs:
        first, low = _first(loss), min(float(np.nanmin(smooth(loss))), end_of(loss))
        if first - low > max(share * abs(first), sigmas * _noise(loss)) and not (
            named is None and _at_rest(loss, share)
        ):
            better, fell = better or not flat, f"but the {which} loss, {first:.3g} to {low:.3g}, "
        yield Measured(f"{which} loss, first epoch to lowest,", f"{first:.3g} to {low:.3g}")
    if (
        recording is not None and named is not None and not flat and np.isfinite(recording.loss).any()
    ):  # the loss of each step tells more than one for an epoch
        seen = trend(recording.loss)
        better = better or (seen.finite and seen.drop > FELL)
    if not better and np.isfinite([*loss, *(named[1] if named else ())]).sum() >= epochs:
        yield Finding(
            Place(path=history.source),
            f"in {len(history)} epochs nothing {fell}became better by more than its noise (the metric should rise, or the loss "
            "fall)",
            (curves_of(history, "nothing became better"),),
        )


def _at_rest(loss: Floats, share: float) -> bool:
    """Whether a loss that nothing else speaks for came to rest after its first epoch, at more than half of it."""
    rest = loss[np.isfinite(loss)][1:]
    low = min(float(np.nanmin(smooth(rest))), end_of(rest))
    return len(rest) >= 8 and low > 0.5 * _first(loss) and rest[0] - low <= max(share * abs(rest[0]), 3 * noise(rest))


def _noise(values: Floats) -> float:
    """The noise, of which a steady trend is no part: by differences, or by differences of these (of variance 6), if smaller."""
    finite = values[np.isfinite(values)]
    bent = 1.4826 * np.median(np.abs(np.diff(finite, 2))) / np.sqrt(6) if len(finite) > 2 else np.inf
    return min(noise(finite), float(bent))


def _first(values: Floats) -> float:
    return float(values[np.isfinite(values)][0])


@log_shows_no_learning.fires_on
def a_flat_run() -> Facts:
    rows = [{"train/loss": 2.3 + 0.01 * (i % 3), "metric/accuracy": 0.1 + 0.003 * (i % 2)} for i in range(12)]
    return {"history": history_of(rows)}


@log_shows_no_learning.quiet_on
def a_metric_at_its_ceiling_while_the_loss_falls() -> Facts:
    rows = [{"train/loss": 0.5 * 0.9**i, "metric/accuracy": 0.99} for i in range(12)]
    return {"history": history_of(rows)}


@log_shows_no_learning.quiet_on
def pictures_that_become_larger_on_the_way() -> Facts:
    rows = [(1.7, 0.7), (0.7, 0.76), (1.9, 0.54), (1.0, 0.75), (0.6, 0.72), (1.1, 0.64), (0.5, 0.78)]
    history = history_of([{"train/loss": loss, "metric/accuracy": right} for loss, right in rows])
    return {"history": history, "recording": recording_with(falling())}


@log_shows_no_learning.fires_on
def a_loss_that_comes_down_from_where_it_had_shot_up() -> Facts:
    return {"history": history_of([{"train/loss": 4e3 * 0.5**i, "metric/accuracy": 0.1} for i in range(12)])}


@log_shows_no_learning.fires_on
def a_loss_alone_that_rests_after_its_first_epoch() -> Facts:
    return {"history": history_of([{"train/loss": 2.7 if i == 0 else 2.35 + 0.03 * (i % 3)} for i in range(15)])}


@log_shows_no_learning.quiet_on
def good_weights_that_are_trained_on() -> Facts:
    rows = [{"train/box": 1.2 + 0.05 * (i % 3), "metric/mAP50-95": 0.78 + 0.01 * (i % 2)} for i in range(8)]
    return {"history": history_of(rows)}


@log_shows_no_learning.quiet_on
def a_short_run_that_rises_steeply() -> Facts:
    metric, loss = (0.17, 0.41, 0.5, 0.72, 0.8), (4.0, 3.9, 3.4, 2.6, 1.9)
    return {"history": history_of([{"train/loss": t, "metric/accuracy": m} for t, m in zip(loss, metric, strict=True)])}


@log_shows_no_learning.quiet_on
def an_ordinary_run() -> Facts:
    rows = [{"train/loss": 2.3 * 0.8**i, "metric/accuracy": 1 - 0.9 * 0.8**i} for i in range(12)]
    return {"history": history_of(rows)}
