"""V411: the run ended well before its plan, and not by early stopping."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V411", level="note", preview=True)
def stopped_before_plan(history: History, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """The log ends before half of the planned epochs, and early stopping does not explain it.

    ## Why is this bad?
    It is no fault of the training, but its end was not seen: the process was killed, ran out of memory or time, or was
    stopped by hand. The learning rate had not come down, so the metric is not what the plan would have reached.

    ## How to fix
    Look at the end of the console output for a traceback or a kill. Go on with `resume=True`, or from the last checkpoint
    with its optimizer and its schedule.

    Early stopping explains an end that lies `patience` epochs (two of tolerance) after the best epoch of some metric.
    Default: `share` is a guess.
    """
    planned = history.planned_epochs
    if not planned:
        raise NotEnough("the log does not say how many epochs were planned")
    logged = int(history.epoch[-1] - min(int(history.epoch[0]), 1)) + 1 if len(history) else 0
    yield Measured("epochs logged, of those planned", f"{logged} of {planned}", f"at least {share:.0%}")
    if logged >= share * planned or _stopped_early(history):
        return
    ending = history.ending
    said = f" (line {ending.line}: {ending.message})" if ending is not None and ending.kind == "Cancelled" else ""
    yield Finding(
        Place(path=history.source, setting="epochs"),
        f"the log ends after {logged} of {planned} planned epochs and early stopping does not explain it: the rest was not "
        f"seen{said}",
        (Measured("epochs logged", logged, str(planned)),),
    )


def _stopped_early(history: History) -> bool:
    if not history.patience:
        return False
    columns = [values for values in (*history.metrics.values(), -history.val_loss) if np.isfinite(values).any()]
    since_best = [len(history) - 1 - int(np.nanargmax(values)) for values in columns]
    return any(abs(n - history.patience) <= 2 for n in since_best)


def _run(epochs: int, planned: int, patience: int | None = None, best: int = 0) -> Facts:
    rows = [{"train/box": 2.0 * 0.9**i, "metric/mAP50-95": 0.3 - 0.001 * abs(i - best)} for i in range(epochs)]
    return {"history": history_of(rows, planned_epochs=planned, patience=patience)}


@stopped_before_plan.fires_on
def killed_at_a_tenth() -> Facts:
    return _run(30, 300, patience=100, best=29)


@stopped_before_plan.quiet_on
def stopped_by_its_patience() -> Facts:
    return _run(80, 300, patience=50, best=29)


@stopped_before_plan.quiet_on
def finished() -> Facts:
    return _run(50, 50)
