"""V422: validation is far behind training in the first epochs, as averaged weights are, and comes along."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.setup import Setup

AVERAGING = ("Ultralytics", "YOLOv5")
"""Tools that validate averaged weights: their average takes in 1 - exp(-n / 2000) of what is new after n steps."""


@check("V422", level="note", preview=True)
def validation_follows_late(
    history: History, setup: Setup | None = None, *, times: float = 1.3, early: float = 0.4, epochs: int = 10
) -> Iterator[Finding | Measured]:
    """The validation loss goes up in the first epochs while the training loss falls, and then comes down with it.

    ## Why is this bad?
    It is not. Validated are averaged weights (EMA), and for some thousand steps these mix the first random weights with
    later ones, which fit together badly, above all in normalisation layers. Metrics near zero in these epochs say nothing.

    ## How to fix
    Nothing to do but to wait. With few steps in an epoch it lasts for more epochs; a lower decay of the average shortens it.

    Looked at are runs of tools that average (Ultralytics, YOLOv5) or whose settings name an average. Defaults are guesses.
    """
    if not (history.tool in AVERAGING or _averages(setup)):
        raise NotEnough("the log does not say that averaged weights are validated")
    train, val = history.train_loss, history.val_loss
    if len(history) < epochs or np.isfinite(val).sum() < epochs or not np.isfinite(train).all():
        raise NotEnough(f"needs {epochs} epochs with training and validation loss")
    first = val[np.isfinite(val)][0]
    peak = int(np.nanargmax(np.where(np.isinf(val), np.nan, val)))
    yield Measured(
        "highest validation loss, share of its first", float(val[peak] / first) if first > 0 else float("nan")
    )
    falls = smooth(train, 3)[peak] < train[0] and end_of(train) < train[0]
    if first > 0 and 0 < peak <= early * len(history) and val[peak] > times * first and falls and end_of(val) < first:
        last_above = int(np.flatnonzero(~(val <= first))[-1])
        back = history.epoch[min(last_above + 1, len(val) - 1)]
        yield Finding(
            Place(path=history.source),
            f"the validation loss rose from {first:.3g} to {val[peak]:.3g} at epoch {history.epoch[peak]} while the training loss "
            f"fell, and is below its start since epoch {back}: averaged weights follow late, no fault",
            (
                Measured("epoch of the peak", int(history.epoch[peak])),
                curves_of(history, "validation follows late", float(history.epoch[peak])),
            ),
        )


def _averages(setup: Setup | None) -> bool:
    settings = {} if setup is None else setup.settings
    names = ("ema", "model_ema", "use_ema", "model-ema", "ema_decay", "model_ema_decay")
    return any(str(settings.get(n)).lower() not in ("none", "false", "0", "0.0", "") for n in names)


def _run(tool: str = "Ultralytics") -> History:
    rows = [{"train/box": 4.0 * 0.93**i, "val/box": 20.0 if i in (3, 4) else 3.8 * 0.93**i} for i in range(40)]
    return history_of(rows, tool=tool)


@validation_follows_late.fires_on
def a_detector_from_random_weights() -> Facts:
    return {"history": _run()}


@validation_follows_late.fires_on
def an_average_among_the_settings() -> Facts:
    return {"history": _run("timm"), "setup": Setup((), "", "pytorch", {"model_ema": True})}


@validation_follows_late.quiet_on
def validation_that_falls_from_the_start() -> Facts:
    rows = [{"train/box": 4.0 * 0.93**i, "val/box": 3.8 * 0.93**i} for i in range(40)]
    return {"history": history_of(rows)}


@validation_follows_late.quiet_on
def validation_that_rises_late() -> Facts:
    rows = [{"train/box": 4.0 * 0.93**i, "val/box": 3.0 + 0.2 * max(0, i - 20)} for i in range(40)]
    return {"history": history_of(rows)}
