"""V453: the losses of validation end as nan while those of training stay finite, and no metric speaks for the weights."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.curve import curves_of
from traindx.checks.validation.ends_not_finite import ends_not_finite, metric_lives, training_stays_finite
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V453", level="error", preview=True)
def validation_alone_not_finite(history: History) -> Iterator[Finding | Measured]:
    """The losses of validation are nan or infinite to the end, those of training stay finite and the metric is lost.

    ## Why is this bad?
    The weights that are trained are finite, or training would break too. What validation uses besides them is not: running
    statistics of normalisation layers, averaged weights (EMA), half precision, or its own pictures and labels.

    ## How to fix
    Validate once in full precision (`half=False`, no autocast), then with the raw weights in place of the averaged ones. Look for
    running means and variances that are not finite: `traindx check last.pt`. `traindx check DATA` looks at the validation split.

    A metric that lives beside such a loss shows that the weights are sound: V406 says so, as a note.
    """
    bad = [c for c in ends_not_finite(history) if c.name.startswith("val/")]
    yield Measured("losses of validation that end not finite", len(bad), "0")
    if bad and training_stays_finite(history) and not metric_lives(history):
        first = min(c.first for c in bad)
        yield Finding(
            Place(path=history.source),
            f"{', '.join(c.name for c in bad)} {'is' if len(bad) == 1 else 'are'} not finite from epoch {first} to the end (should "
            f"be finite), while the training loss ends at {history.train_loss[-1]:.3g}: validation alone is broken",
            (Measured("first such epoch", first), curves_of(history, "validation alone is not finite", float(first))),
        )


def _run(metric: float, train: float = 1.0) -> Facts:
    rows = [
        {"train/cls": 2.0 - 0.1 * i, "val/cls": 2.0 + i, "metric/mAP50": 0.1 if i < 2 else metric} for i in range(4)
    ]
    bad = [{"train/cls": train, "val/cls": float("nan"), "metric/mAP50": metric} for _ in range(8)]
    return {"history": history_of([*rows, *bad])}


@validation_alone_not_finite.fires_on
def statistics_that_overflow() -> Facts:
    return _run(metric=0.0)


@validation_alone_not_finite.quiet_on
def a_loss_of_validation_that_half_precision_cannot_hold() -> Facts:
    return _run(metric=0.6)


@validation_alone_not_finite.quiet_on
def weights_that_are_lost() -> Facts:
    return _run(metric=0.0, train=float("nan"))
