"""T329: the losses of several batches are added up for one step, and not averaged."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import place_at
from traindx.core.recording import Recording

SAME = ("SGD", "ASGD")
"""Optimizers whose step grows with the gradient."""

CLEARED = re.compile(r"b.*z.*b")
"""Gradients cleared between two backward passes of a step: nothing is accumulated."""


@check("T329", level="warning")
def losses_added_up(recording: Recording, *, min_records: int = 3, same: float = 0.02) -> Iterator[Finding | Measured]:
    """Gradients of k batches are accumulated, each from a mean loss that is not divided by k: the step is k times as long.

    ## Why is this bad?
    With SGD this multiplies the learning rate by k. A rate that suits one batch may then be too high, and changes its meaning
    whenever k does.

    ## How to fix
    Divide: `(loss / k).backward()`.

    Reported for SGD without a clip, where a mean loss is backpropagated as it is for each of k batches of a loader:
    adaptive optimizers and a clip undo the factor, and a rate that was chosen with it is no fault; so this is a warning,
    and what shows the harm are the checks of the loss.
    """
    rows = [
        d for d in recording.details.values() if d.get("backwards", 1) > 1 and not CLEARED.search(d.get("calls", ""))
    ]
    counts = [int(d["backwards"]) for d in rows]
    plain = len(recording.optimizers) == 1 and recording.optimizers[0].kind in SAME
    if not plain or not recording.details:
        return
    if len(recording.details) < min_records:
        raise NotEnough("too few recorded steps")
    accumulated = len(rows) > 0.5 * len(recording.details)
    yield Measured("batches accumulated for a step", int(np.median(counts)) if accumulated else 1)
    if not accumulated or any(d.get("clip") for d in rows):
        return
    k = int(np.median(counts))
    one_each = np.median([int(d.get("drawn", 1)) == int(d["backwards"]) for d in rows]) > 0.5
    calls = [(d.get("loss"), d.get("loss_call", {})) for d in rows]
    means = [
        a / c["value"] for a, c in calls if a is not None and c.get("value") and c.get("reduction", "mean") == "mean"
    ]
    if not one_each or len(means) < min_records:
        return
    middle = float(np.median(means))
    yield Measured("what is backpropagated over the loss function's mean", middle, f"about {1 / k:.3g}")
    if abs(middle - 1) > max(same, 0.5 * (1 - 1 / k)) or abs(middle - 1) > 0.2:
        return
    text = (
        f"the mean losses of {k} batches are added up for each step and not divided by {k}: a step is {k} times as long"
    )
    yield Finding(place_at(recording.sources.get("backward"), step=0), text)


@losses_added_up.fires_on
def four_batches_added() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": 2.3, "reduction": "mean"}
    return {"recording": recording_with([2.3] * 60, calls="fbfbfbfbsz", backwards=4, drawn=4, loss_call=call)}


@losses_added_up.quiet_on
def four_batches_averaged() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": 2.3, "reduction": "mean"}
    return {"recording": recording_with([2.3 / 4] * 60, calls="fbfbfbfbsz", backwards=4, drawn=4, loss_call=call)}


@losses_added_up.quiet_on
def two_losses_of_one_batch() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": 2.3, "reduction": "mean"}
    return {"recording": recording_with(falling(), calls="zfbbs", backwards=2, loss_call=call)}
