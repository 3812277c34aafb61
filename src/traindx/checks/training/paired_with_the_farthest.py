"""T443: predictions are paired with targets that are farther from them than others of the same step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import loss_calls_of
from traindx.core.loss_names import DISTANCES
from traindx.core.recording import Recording


@check("T443", level="error", preview=True)
def paired_with_the_farthest(
    recording: Recording, *, ratio: float = 1.01, certain: float = 4.0, often: float = 0.95, min_steps: int = 16
) -> Iterator[Finding | Measured]:
    """Rows of a squared or absolute error are farther from their own targets than from those of other rows, step after step.

    ## Why is this bad?
    A matching with a cost of the wrong sign gives every object to the prediction that fits it least: what one step teaches the
    next takes back, and the loss rests at the spread of the boxes.

    ## How to fix
    `linear_sum_assignment` seeks the least cost: distances with a plus, overlaps and probabilities with a minus; no `maximize=True`
    beside. An `argmin` of distances, an `argmax` of overlaps.

    For each recorded step the mean distance of the rows from their targets is divided by that from the targets of rows half a
    batch away. In a training that has learned nothing that is 1 within its noise, and less in any other. Reported where its mean
    is over `ratio`, `certain` standard errors above 1, and it is above 1 in `often` of at least `min_steps` steps: predictions
    that end all alike are as far from any. Guesses.
    """
    seen = [c for c in loss_calls_of(recording) if c.name in DISTANCES and np.isfinite(c.column("unpaired")).any()]
    if not seen:
        raise NotEnough("no distance of rows of a few numbers was seen")
    for calls in seen:
        own, other = calls.column("paired"), calls.column("unpaired")
        known = np.isfinite(own) & np.isfinite(other) & (other > 0)
        if known.sum() < min_steps:
            continue
        times = own[known] / other[known]
        mean, error = float(times.mean()), float(times.std(ddof=1)) / len(times) ** 0.5
        yield Measured(f"distance of {calls.shown} from its own targets over that from others", mean, "under 1")
        if mean > ratio and mean - 1 > certain * error and (times > 1).mean() >= often:
            text = f"in {len(times)} steps rows of {calls.shown} are {mean:.3f} times as far from their own targets as from those"
            yield Finding(
                calls.place, f"{text} of other rows (should be nearer): they are matched with what fits least"
            )


def _run(own: float, other: float) -> Facts:
    call = {"name": "l1_loss", "shape": [16, 4], "path": "train.py", "line": 42, "paired": own, "unpaired": other}
    return {"recording": recording_with(falling(), detail={"loss_call": call})}


@paired_with_the_farthest.fires_on
def a_cost_that_is_maximised() -> Facts:
    return _run(0.36, 0.3)


@paired_with_the_farthest.quiet_on
def nothing_learned() -> Facts:
    return _run(0.301, 0.3)


@paired_with_the_farthest.quiet_on
def boxes_that_are_found() -> Facts:
    return _run(0.05, 0.3)
