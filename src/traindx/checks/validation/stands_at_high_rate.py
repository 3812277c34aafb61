"""V427: nothing was learned, at a learning rate that throws the weights away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.logged_rate import is_adaptive, usual_rate
from traindx.checks.validation.standstill import FAR_ABOVE, HALF, Standstill, gained, standstill_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("V427", level="warning", preview=True)
def stands_at_high_rate(
    history: History,
    setup: Setup | None = None,
    recording: Recording | None = None,
    *,
    epochs: int = 5,
    high: float = 0.3,
    high_for_adam: float = 0.02,
) -> Iterator[Finding | Measured]:
    """The training stands still; its first steps made the loss shoot up, or its learning rate is far above the usual ones.

    ## Why is this bad?
    The first updates were larger than the weights. What is left answers every input alike, and has no gradient to come back.

    ## How to fix
    Divide the learning rate by 10 to 100, and warm it up over the first few hundred steps. The weights have to start anew.

    Said of a log that stands still whose first epoch had five times the loss of all later ones, or whose rate is above `high`,
    for Adam by its name above `high_for_adam` (guesses; SGD trains at 0.1); and of a classifier that never knew anything and
    whose first epoch had a loss that no guessing has.
    """
    if recording is not None:
        raise NotEnough("a recording tells more than a log")
    still, rate = standstill_of(history, epochs) or _far_above_chance(history), usual_rate(history, setup)
    bound = high_for_adam if is_adaptive(setup) else high
    if rate is not None:
        yield Measured("learning rate", rate, f"below {bound:g}")
    elif still is None:
        raise NotEnough("needs a log that stands still, or one with the learning rate")
    if still is not None and (still.shot_up or still.first > FAR_ABOVE or (rate is not None and rate > bound)):
        at = "" if rate is None else f" at a learning rate of {rate:.3g}"
        up = f" after {still.first:.3g} in the first epoch" if still.shot_up else ""
        yield Finding(
            Place(path=history.source, setting="lr"),
            f"{still.words}{up}{at} (should fall from the first epoch on)",
            (Measured("mean loss of the first epoch", still.first), Measured("level since then", still.level)),
        )


def _far_above_chance(history: History) -> Standstill | None:
    """A loss of a classifier whose first epoch lies far above the chance of any number of classes, and that never knew anything."""
    loss = history.train_parts.get("loss", np.empty(0))
    values = loss[np.isfinite(loss)]
    named = history.metric
    if len(values) < 5 or values[0] < FAR_ABOVE or named is None or not named[0].startswith("accuracy"):
        return None
    known = named[1][np.isfinite(named[1])]
    if not len(known) or gained(named[0], known) or float(known.max()) >= HALF:
        return None
    return Standstill(len(values), float(values[0]), float(np.median(values[1:])), None)


def _run(first: float, rate: float | None, level: float = 2.4) -> Facts:
    losses = [first, *(level + 0.03 * (i % 3) for i in range(12))]
    return {"history": history_of([{"train/loss": v, "metric/accuracy": 0.1, "lr/0": rate} for v in losses])}


@stands_at_high_rate.fires_on
def a_first_epoch_that_shot_up() -> Facts:
    return _run(387.0, None)


@stands_at_high_rate.fires_on
def a_rate_above_one() -> Facts:
    return _run(2.4, 1.5)


@stands_at_high_rate.quiet_on
def a_standstill_at_an_ordinary_rate() -> Facts:
    return _run(2.31, 0.01, level=2.3)


@stands_at_high_rate.quiet_on
def a_run_that_learns_at_a_high_rate() -> Facts:
    rows = [{"train/loss": 2.3 * 0.8**i, "metric/accuracy": 1 - 0.9 * 0.8**i, "lr/0": 0.8} for i in range(12)]
    return {"history": history_of(rows)}
