"""V413: the metric is still poor at the end of the log."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, smooth
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of

POOR = {"mAP50-95": 0.1, "mAP50": 0.15, "accuracy_top1": 0.05, "accuracy": 0.05}
"""Levels under which a metric shows next to nothing, whatever the dataset (guesses); other metrics are not judged."""


@check("V413", level="note", preview=True)
def metric_stays_poor(history: History, *, epochs: int = 5) -> Iterator[Finding | Measured]:
    """At its best the metric stays near zero: the log does not show that the model became useful.

    ## Why is this bad?
    A training loss can fall far before a model finds anything: it first learns that most places hold nothing. Such a run is
    not shown to be healthy. It may be too short, too slow, too small for its task, or validated on other things.

    ## How to fix
    Look at the labels first, `traindx check DATA`, then train on from these weights or for longer. If the training loss
    stands still as well, raise the learning rate or take a larger or a pretrained model.

    Default: the levels are guesses; detectors of public runs that ended well were above 0.15 in mAP50-95.
    """
    if history.metric is None or history.metric[0] not in POOR or np.isfinite(history.metric[1]).sum() < epochs:
        raise NotEnough(f"needs {epochs} epochs with mAP or accuracy")
    name, values = history.metric
    best, least = float(np.nanmax(smooth(values, 3))), POOR[name]
    yield Measured(f"best level of {name}", best, f"above {least:g}")
    if best < least:
        yield Finding(
            Place(path=history.source),
            f"{name} is {best:.2g} at best after {len(history)} epochs (should be above {least:g}): the log does not show that "
            "the model became useful",
            (Measured(f"best level of {name}", best, f"above {least:g}"), curves_of(history, "the metric stays poor")),
        )


@metric_stays_poor.fires_on
def a_detector_that_finds_next_to_nothing() -> Facts:
    rows = [{"train/box": 3.0 * 0.98**i, "metric/mAP50-95": 0.0005 * i} for i in range(60)]
    return {"history": history_of(rows)}


@metric_stays_poor.quiet_on
def a_hard_dataset() -> Facts:
    rows = [{"train/box": 3.0 * 0.98**i, "metric/mAP50-95": 0.24 * (1 - 0.9**i)} for i in range(60)]
    return {"history": history_of(rows)}
