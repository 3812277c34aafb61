"""V403: the log ends before anything can be told."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V403", level="note", preview=True)
def log_too_short(history: History, *, epochs: int = 5) -> Iterator[Finding | Measured]:
    """The run ended inside its warm-up, or after a handful of epochs.

    ## Why is this bad?
    It is no fault of the training: it is too early to tell. The first epochs start from random or foreign weights at a
    learning rate that is still being raised, and a poor metric there says nothing.

    ## How to fix
    Train for more epochs. If one epoch holds only a few batches, shorten the warm-up: Ultralytics and YOLOv5 warm up for
    at least 100 batches, whatever `warmup_epochs` says, which can be more than the whole run.

    A warm-up is recognised by a learning rate of one parameter group that still moves away from another's at the last
    epoch or still rises. Default: Ultralytics and YOLOv5 warm up for 3 epochs, and two more are needed to see a slope.
    """
    logged, planned = len(history), history.planned_epochs
    yield Measured("epochs logged", logged, f"at least {epochs}")
    warming = warming_up(history)
    if warming is None and logged >= epochs:
        return
    of = f" of {planned} planned" if planned is not None and planned > logged else ""
    inside = f", still inside the warm-up ({warming})" if warming else ""
    wanted = f"at least {epochs}" if logged < epochs else "more than its warm-up"
    yield Finding(
        Place(path=history.source, setting="warmup_epochs" if warming else "epochs"),
        f"the log ends after {logged} epoch{'s' if logged != 1 else ''}{of}{inside}: too early to tell (should be {wanted})",
        (Measured("epochs logged", logged, wanted),),
    )


def warming_up(history: History) -> str | None:
    """The group and the rates that show an unfinished warm-up, in words; None if it is over or cannot be told."""
    rates = {name: lr[np.isfinite(lr)] for name, lr in history.lr.items()}
    rising = next((n for n, lr in rates.items() if len(lr) > 1 and lr[-1] > lr[0] and (np.diff(lr) > 0).all()), None)
    if rising is not None:
        return f"the rate of group {rising} still rises, {rates[rising][-1]:.3g}"
    ends = {name: lr[-1] for name, lr in rates.items() if len(lr)}
    highest = max(ends, key=lambda n: ends[n], default=None)
    others = [v for n, v in ends.items() if n != highest]
    if highest is None or not others or len(set(others)) != 1 or ends[highest] < 10 * others[0]:
        return None
    return f"the rate of the bias group {highest} is still {ends[highest]:.3g}, the others' {others[0]:.3g}"


@log_too_short.fires_on
def two_epochs() -> Facts:
    return {"history": history_of([{"train/box": 2.0}, {"train/box": 1.9}], planned_epochs=100)}


@log_too_short.fires_on
def one_batch_per_epoch() -> Facts:
    rows = [{"train/box": 4.0, "lr/pg0": 0.1 - 0.001 * i, "lr/pg1": 1e-4, "lr/pg2": 1e-4} for i in range(50)]
    return {"history": history_of(rows)}


@log_too_short.quiet_on
def a_cosine_that_has_just_restarted() -> Facts:
    rates = [0.05 * (1 + float(np.cos(np.pi * (i % 5) / 5))) for i in range(11)]
    return {"history": history_of([{"train/loss": 2.0 * 0.9**i, "lr/0": rate} for i, rate in enumerate(rates)])}


@log_too_short.quiet_on
def ten_epochs_after_a_warm_up() -> Facts:
    rates = [0.003, 0.006, 0.01, 0.009, 0.008, 0.007, 0.006, 0.005, 0.004, 0.003]
    rows = [{"train/box": 2.0, "lr/pg0": rate, "lr/pg1": rate} for rate in rates]
    return {"history": history_of(rows)}
