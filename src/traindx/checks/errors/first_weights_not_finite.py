"""T029: weights are not finite before the first step."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T029", level="error")
def first_weights_not_finite(recording: Recording) -> Iterator[Finding | Measured]:
    """Weights or running statistics hold NaN or infinity before the first step is made.

    ## Why is this bad?
    Every output is NaN from the first batch on, whatever the data and the rate are. A checkpoint brought them: the run that wrote
    it had diverged, most often also the averaged weights (EMA) in it.

    ## How to fix
    Start from an earlier checkpoint. `all(v.isfinite().all() for v in state.values() if v.is_floating_point())` tells a good one.
    """
    first = recording.details.get(0)
    if first is None:
        raise NotEnough("the first step was not recorded")
    told = first.get("weights_not_finite")
    yield Measured("tensors of the model that are not finite before step 0", told["count"] if told else 0, "0")
    if told:
        names = told["names"]
        first_names = ", ".join(names[:3])
        message = f"{told['count']} of {told['of']} tensors are not finite before the first step: {first_names}"
        yield Finding(Place(step=0, parameter=names[0]), message)


@first_weights_not_finite.fires_on
def a_checkpoint_of_a_diverged_run() -> Facts:
    told = {"count": 2, "of": 6, "names": ["fc.weight", "fc.bias"]}
    return {"recording": recording_with([float("nan")] * 40, weights_not_finite=told)}


@first_weights_not_finite.quiet_on
def weights_that_break_later() -> Facts:
    return {"recording": recording_with([*falling(steps=20), *[float("nan")] * 20])}
