"""V405: a loss is not finite up to the end of the log."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

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
    """
    columns = [c for c in history.columns() if c.startswith(("train/", "val/"))]
    for column in columns:
        values, silent = history.written(column), history.not_written.get(column)
        written = np.flatnonzero(~silent if silent is not None else np.ones(len(values), dtype=bool))
        bad = ~np.isfinite(values[written])
        if not len(written) or not bad[-1]:
            continue
        good = np.flatnonzero(~bad)
        first = int(history.epoch[written[good[-1] + 1 if len(good) else 0]])
        count = int(len(bad) - (good[-1] + 1 if len(good) else 0))
        yield Finding(
            Place(path=history.source),
            f"{column} is {values[written[-1]]} from epoch {first} to the end ({count} epochs; should be a finite number)",
            (Measured("epochs not finite at the end", count, "0"), Measured("first such epoch", first)),
        )
    yield Measured("columns of losses looked at", len(columns))


@loss_ends_not_finite.fires_on
def a_run_that_turned_nan() -> Facts:
    return {"history": history_of([{"train/box": v} for v in (2.0, 1.5, float("nan"), float("nan"))])}


@loss_ends_not_finite.quiet_on
def one_infinite_epoch() -> Facts:
    return {"history": history_of([{"train/box": v} for v in (2.0, float("inf"), 1.5, 1.4)])}


@loss_ends_not_finite.quiet_on
def a_log_that_writes_validation_every_second_epoch() -> Facts:
    return {"history": history_of([{"train/box": 2.0, "val/box": 2.1}, {"train/box": 1.8, "val/box": None}])}
