"""V492: the metric falls, epoch after epoch, from its best level to the end, beside a training loss that goes on falling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise, smooth
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of


@check("V492", level="warning", preview=True)
def metric_declines(
    history: History, *, values: int = 8, fall: float = 0.2, sigmas: float = 4.0, least: float = 0.05
) -> Iterator[Finding | Measured]:
    """Without a validation loss to tell why, the metric lost a fifth of its best level while the training loss fell on.

    ## Why is this bad?
    Most of what the last epochs learned is of the training pictures alone, or the metric of validation was changed by something
    that the loss does not see: statistics of normalisation layers, an average of weights, another threshold.

    ## How to fix
    Use the weights of the best epoch. Log the validation loss as well: where it rises it is overfitting.

    The median of the last three values lies `fall` under the highest running median of three and more than `sigmas` times the
    noise without trend, with as many values since as a quarter of all, and the last third lies under the third before it. Half
    and more is V404. Defaults are guesses.
    """
    named = history.metric
    metric = np.array([]) if named is None else named[1][np.isfinite(named[1])]
    if named is None or len(metric) < values or np.isfinite(history.val_loss).sum() >= values:
        raise NotEnough(f"needs {values} values of a metric, and no validation loss, which tells more")
    level = smooth(metric, 3)
    best, end = float(level.max()), end_of(metric, 3)
    yield Measured(
        f"{named[0]} at the end, share of its best level", end / best if best > 0 else 0.0, f"above {1 - fall:g}"
    )
    since = len(level) - 1 - int(np.argmax(level))
    moves = min(noise(metric), noise(np.diff(metric)) / np.sqrt(3))  # a steady fall is no noise
    lost = best - end > max(fall * best, sigmas * moves)
    if best >= least and lost and since >= len(metric) / 4 and _goes_down(metric) and _trains_on(history):
        yield Finding(
            Place(path=history.source),
            f"{named[0]} fell from a level of {best:.3g} to {end:.3g} over the last {since} validations (should hold), while the "
            f"training loss fell on to {end_of(history.train_loss):.3g}",
            (curves_of(history, "the metric declines"),),
        )


def _goes_down(metric: Floats) -> bool:
    """Whether the last third lies below the third before it, as a restart that comes back does not."""
    third = max(2, len(metric) // 3)
    return float(np.median(metric[-third:])) < float(np.median(metric[-2 * third : -third]))


def _trains_on(history: History) -> bool:
    loss = history.train_loss[np.isfinite(history.train_loss)]
    return len(loss) >= 6 and end_of(loss) < float(np.median(loss[: max(3, len(loss) // 2)]))


def _run(values: list[float], loss: float = -0.05) -> Facts:
    return {"history": history_of([{"train/loss": 2.0 + loss * i, "metric/mAP50-95": v} for i, v in enumerate(values)])}


@metric_declines.fires_on
def a_detector_that_forgets() -> Facts:
    return _run([0.13, 0.26, 0.30, 0.30, 0.28, 0.25, 0.22, 0.19, 0.17, 0.16])


@metric_declines.quiet_on
def a_metric_that_moves_by_its_noise() -> Facts:
    return _run([0.30 + (0.05 if i % 2 else -0.05) for i in range(12)])


@metric_declines.quiet_on
def warm_restarts() -> Facts:
    return _run([0.1, 0.2, 0.3, 0.3, 0.1, 0.2, 0.3, 0.32, 0.12, 0.2, 0.22, 0.24])


@metric_declines.quiet_on
def a_small_loss_at_the_end() -> Facts:
    return _run([0.13, 0.26, 0.30, 0.30, 0.29, 0.29, 0.28, 0.28, 0.27, 0.27])
