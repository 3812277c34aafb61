"""V423: the metric ends below its best by no more than it moves between neighbouring epochs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise, smooth
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V423", level="note", preview=True)
def decline_within_noise(
    history: History, *, share: float = 0.02, sigmas: float = 3.0, epochs: int = 10
) -> Iterator[Finding | Measured]:
    """The metric of the last epoch is visibly below the best one, and the difference is within its noise.

    ## Why is this bad?
    It is not. The best of many epochs is the luckiest of them, and lies above the level that the run has reached; the last
    one is an ordinary draw. Two runs that differ by as little cannot be told apart either.

    ## How to fix
    Nothing to do. Compare levels (the median of the last epochs), or several seeds; a larger validation set has less noise.

    The level, a median of 5, must not have fallen by more than the noise itself. Defaults are guesses.
    """
    if history.metric is None or np.isfinite(history.metric[1]).sum() < epochs:
        raise NotEnough(f"needs {epochs} epochs with a metric")
    name, values = history.metric
    spread = noise(values[len(values) // 2 :])
    best, last = float(np.nanmax(values)), float(values[np.isfinite(values)][-1])
    yield Measured(f"best {name} minus its last", best - last)
    yield Measured(f"noise of {name} from epoch to epoch, second half", spread)
    held = float(np.nanmax(smooth(values))) - end_of(values) <= max(spread, share * best)
    if held and share * best < best - last <= sigmas * spread:
        epoch = int(history.epoch[int(np.nanargmax(values))])
        yield Finding(
            Place(path=history.source),
            f"{name} ends at {last:.3g}, was {best:.3g} at epoch {epoch}, and moves by {spread:.2g} from epoch to epoch: "
            "within its noise, no decline",
            (
                Measured("difference over the noise", (best - last) / spread, f"above {sigmas:g} to mean anything"),
                curves_of(history, "within the noise", float(epoch)),
            ),
        )


def _run(last: float) -> Facts:
    values = [0.5 - 0.4 * 0.8**i + (0.015 if i % 3 == 0 else -0.01) for i in range(30)]
    return {"history": history_of([{"train/box": 1.0, "metric/mAP50-95": v} for v in [*values, 0.53, 0.50, last]])}


@decline_within_noise.fires_on
def a_last_epoch_that_is_no_worse_than_others() -> Facts:
    return _run(0.49)


@decline_within_noise.quiet_on
def a_fall_of_many_times_the_noise() -> Facts:
    return _run(0.3)


@decline_within_noise.quiet_on
def a_last_epoch_that_is_the_best() -> Facts:
    return _run(0.54)
