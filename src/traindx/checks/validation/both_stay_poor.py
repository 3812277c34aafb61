"""V414: training has come to a stand and is as poor as validation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise, smooth
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of

POOR = {"mAP50-95": 0.15, "mAP50": 0.25, "accuracy_top1": 0.6, "accuracy": 0.6}
"""Levels under which a metric that has stopped rising is called poor (guesses); other metrics are not judged."""


@check("V414", level="warning", preview=True)
def both_stay_poor(
    history: History, *, epochs: int = 10, share: float = 0.5, gap: float = 0.1, still: float = 0.03
) -> Iterator[Finding | Measured]:
    """The training loss has stopped falling high up, and neither training nor validation reach a usable metric.

    ## Why is this bad?
    The model does not even fit the pictures that it trains on: it is too small or frozen too far, too strongly regularised
    or augmented, or the rate has come down too early. More pictures of the same kind do not help.

    ## How to fix
    First let it learn a few dozen pictures by heart: if it cannot, something is broken rather than too weak. Then a larger or
    a pretrained model, more layers trained, less weight decay, dropout and augmentation, a higher rate for longer.

    These must hold: the training loss fell at all and ends above `share` of its first value, fell by less than `still` of
    itself over the last third, the best level of the metric is poor, and validation is not worse than training by more than `gap`.
    Defaults are guesses; contradictory labels look the same.
    """
    if history.adversarial:
        raise NotEnough("the log may be of a domain classifier or a discriminator, which is to know nothing")
    if history.metric is None or history.metric[0] not in POOR or np.isfinite(history.train_loss).sum() < epochs:
        raise NotEnough(f"needs {epochs} epochs with a training loss, and mAP or accuracy")
    name, metric = history.metric
    loss = history.train_loss[np.isfinite(history.train_loss)]
    first, last, best = float(loss[0]), end_of(loss), float(np.nanmax(smooth(metric)))
    slope = _fall_of_last_third(loss)
    yield Measured("training loss at the end, share of its first", last / first if first > 0 else float("nan"))
    yield Measured("share that the training loss fell by over the last third", slope)
    yield Measured(f"best level of {name}", best, f"above {POOR[name]:g}")
    stands = slope < max(still, 3 * noise(loss[-len(loss) // 3 :]) / max(last, 1e-12) / np.sqrt(5))
    rising = end_of(metric) - float(smooth(metric)[-len(metric) // 3]) > max(0.1 * best, noise(metric))
    fell = first - last > max(0.03 * first, 3 * noise(loss))
    if (
        first > 0
        and fell
        and last > share * first
        and stands
        and best < POOR[name]
        and not rising
        and _gap(history) <= gap
    ):
        yield Finding(
            Place(path=history.source),
            f"the training loss stands at {last:.3g} (began at {first:.3g}, fell by {slope:.1%} over the last third) and {name} is "
            f"{best:.2g} at best (should be above {POOR[name]:g}): training is as poor as validation",
            (curves_of(history, "training and validation stay poor"),),
        )


def _fall_of_last_third(loss: Floats) -> float:
    then, last = end_of(loss[: -(len(loss) // 3)]), end_of(loss)
    return (then - last) / then if then > 0 else 0.0


def _gap(history: History) -> float:
    """How much worse validation is than training at the end: in the metric where both have it, else as a share of the loss."""
    for name, values in history.train_metrics.items():
        if name in history.metrics:
            return end_of(values) - end_of(history.metrics[name])
    if set(history.train_parts) != set(history.val_parts):
        return 0.0
    train, val = end_of(history.train_loss), end_of(history.val_loss)
    return (val - train) / train if train > 0 else 0.0


def _run(end: float, metric: float, train_metric: float | None = None) -> Facts:
    rows: list[dict[str, float | None]] = [
        {
            "train/loss": end + (2.3 - end) * 0.6**i,
            "metric/accuracy": metric * (1 - 0.6**i) + 0.003 * (i % 2),
            "train_metric/accuracy": train_metric,
        }
        for i in range(30)
    ]
    return {"history": history_of(rows)}


@both_stay_poor.fires_on
def a_model_that_is_too_small() -> Facts:
    return _run(end=1.8, metric=0.35, train_metric=0.36)


@both_stay_poor.quiet_on
def a_model_that_fits_its_training_pictures() -> Facts:
    return _run(end=0.1, metric=0.4, train_metric=0.99)


@both_stay_poor.quiet_on
def a_run_in_which_nothing_was_learnt() -> Facts:
    rows = [{"train/loss": 2.3 + 0.01 * (i % 3), "metric/accuracy": 0.1 + 0.003 * (i % 2)} for i in range(30)]
    return {"history": history_of(rows)}


@both_stay_poor.quiet_on
def a_model_that_is_good_at_a_noisy_loss() -> Facts:
    return _run(end=1.5, metric=0.8, train_metric=0.75)
