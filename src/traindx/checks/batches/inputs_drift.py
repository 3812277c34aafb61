"""B162: the scale of what the network receives drifts away over the run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.input_examples import batch
from traindx.core.network_inputs import training_inputs
from traindx.core.recording import Recording
from traindx.core.trainings import side_by_side


@check("B162", level="error", preview=True)
def inputs_drift(
    recording: Recording, *, times: float = 3.0, steps: int = 12, together: float = 0.8
) -> Iterator[Finding | Measured]:
    """The deviation of the network's inputs grows, or shrinks, from the first steps to the last.

    ## Why is this bad?
    The samples themselves are changed where they are kept: each epoch they are normalised, blurred or brightened once more. What
    is learned in one epoch does not fit the inputs of the next.

    ## How to fix
    No operation in place on what the dataset keeps: `x = (x - mean) / std` in place of `x.sub_(mean).div_(std)` and `x -= mean`,
    or a `clone()` before it. `torch.from_numpy` and slices share their memory.

    Looked at are pictures of up to four channels. Compared are the median deviations of the first and of the last fifth of the
    recorded batches, a factor of `times` apart, with a rank correlation of step and deviation of `together` or more. The limits
    are guesses.
    """
    seen = [b for b in training_inputs(recording) if b.deviation > 0 and np.isfinite(b.deviation)]
    if any(len(b.shape) != 4 or b.shape[1] > 4 or b.shape[1] != seen[0].shape[1] for b in seen):
        raise NotEnough("what the network receives is no picture: it may be made by layers that learn")
    if len(seen) < steps or side_by_side(recording) > 1:
        raise NotEnough("the inputs of too few steps were seen")
    step, deviation = np.array([b.step for b in seen], float), np.array([b.deviation for b in seen])
    fifth = max(3, len(seen) // 5)
    factor = float(np.median(deviation[-fifth:]) / np.median(deviation[:fifth]))
    yield Measured("deviation of the inputs at the end over that at the start", factor, f"within a factor of {times:g}")
    rank = float(np.corrcoef(step.argsort().argsort(), deviation.argsort().argsort())[0, 1])
    if 1 / times < factor < times or abs(rank) < together:
        return
    curve = Curve(
        "deviation of the inputs", (Line("deviation", tuple(map(float, step)), tuple(map(float, deviation))),)
    )
    text = f"the inputs' deviation goes from {np.median(deviation[:fifth]):.3g} to {np.median(deviation[-fifth:]):.3g}"
    text += (
        f", a factor of {factor:.3g} over the run: the samples are changed in place, once more each time they are read"
    )
    yield Finding(Place(step=int(step[-fifth])), text, (curve,))


def _run(*deviations: float) -> Facts:
    loss = falling(steps=len(deviations))
    recording = recording_with(loss)
    for step, detail in recording.details.items():
        d = deviations[step]
        detail["inputs"] = batch(-d, d, (0.0, 0.0, 0.0), (d, d, d))  # type: ignore[index]
    return {"recording": recording}


@inputs_drift.fires_on
def normalised_in_place_each_epoch() -> Facts:
    return _run(*(4.0 ** (n // 10) for n in range(60)))


@inputs_drift.quiet_on
def batches_of_unlike_contrast() -> Facts:
    return _run(*(1.0 + 0.4 * (n % 7) / 7 for n in range(60)))


@inputs_drift.quiet_on
def a_few_bright_batches_at_the_end() -> Facts:
    return _run(*([1.0] * 57 + [4.0] * 3))
