"""V406: a loss is not finite in some epochs and recovers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V406", level="note", preview=True)
def loss_briefly_not_finite(history: History) -> Iterator[Finding | Measured]:
    """A loss was nan or infinite in single epochs and recovered.

    ## Why is this bad?
    Mostly it is not: the mean of an epoch is infinite if one batch overflowed half precision, and the step of that batch
    was left out by the loss scaler. It deserves a look if it becomes more frequent.

    ## How to fix
    Nothing to do if the metric goes on as before. Otherwise train without mixed precision (`amp=False`) and compare.
    """
    for column in history.columns():
        values, silent = history.written(column), history.not_written.get(column)
        bad = ~np.isfinite(values) & (~silent if silent is not None else True)
        if (
            not column.startswith(("train/", "val/"))
            or not bad.any()
            or not np.isfinite(values[np.flatnonzero(bad)[-1] :]).any()
        ):
            continue
        epochs = history.epoch[bad]
        which = ", ".join(str(e) for e in epochs[:5]) + (", …" if len(epochs) > 5 else "")
        yield Finding(
            Place(path=history.source),
            f"{column} was not finite in {len(epochs)} of {len(history)} epochs ({which}) and recovered (should be finite)",
            (Measured("epochs not finite", len(epochs), "0"),),
        )


@loss_briefly_not_finite.fires_on
def one_infinite_epoch() -> Facts:
    return {"history": history_of([{"train/box": v} for v in (2.0, float("inf"), 1.5, 1.4)])}


@loss_briefly_not_finite.quiet_on
def nan_to_the_end() -> Facts:
    return {"history": history_of([{"train/box": v} for v in (2.0, 1.5, float("nan"))])}
