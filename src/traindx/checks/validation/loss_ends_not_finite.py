"""V405: a loss is not finite up to the end of the log."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.ends_not_finite import ends_not_finite, training_stays_finite
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V405", level="error", preview=True)
def loss_ends_not_finite(history: History) -> Iterator[Finding | Measured]:
    """A loss became nan or infinite and stayed so to the end of the run.

    ## Why is this bad?
    From that epoch on nothing was learnt: a nan in the weights stays in the weights.

    ## How to fix
    Find the first bad step: `traindx run -- COMMAND` names it and its batch. Usual causes: a learning rate that is too
    high, half precision, a label or picture that is not finite, a box without area.

    Losses of validation alone are V453's, or V406's where the metric lives.
    """
    bad = ends_not_finite(history)
    of_validation = training_stays_finite(history) and all(c.name.startswith("val/") for c in bad)
    for column in [] if of_validation else bad:
        yield Finding(
            Place(path=history.source),
            f"{column.name} is {column.value} from epoch {column.first} to the end ({column.count} epochs; should be a finite "
            "number)",
            (Measured("epochs not finite at the end", column.count, "0"), Measured("first such epoch", column.first)),
        )
    yield Measured("losses that end not finite", len(bad), "0")


@loss_ends_not_finite.fires_on
def a_run_that_turned_nan() -> Facts:
    return {"history": history_of([{"train/box": v} for v in (2.0, 1.5, float("nan"), float("nan"))])}


@loss_ends_not_finite.quiet_on
def one_infinite_epoch() -> Facts:
    return {"history": history_of([{"train/box": v} for v in (2.0, float("inf"), 1.5, 1.4)])}


@loss_ends_not_finite.quiet_on
def a_log_that_writes_validation_every_second_epoch() -> Facts:
    return {"history": history_of([{"train/box": 2.0, "val/box": 2.1}, {"train/box": 1.8, "val/box": None}])}


@loss_ends_not_finite.quiet_on
def a_loss_of_validation_alone() -> Facts:
    rows = [{"train/box": 2.0 - 0.1 * i, "val/box": float("nan"), "metric/mAP50": 0.1 * i} for i in range(8)]
    return {"history": history_of(rows)}
