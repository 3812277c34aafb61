"""T104: the loss drops to nothing within a few steps and stays there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trainings import side_by_side


@check("T104", level="error")
def loss_collapses(
    recording: Recording, *, rest: float = 1e-6, within: int = 10, min_steps: int = 20
) -> Iterator[Finding | Measured]:
    """Within a few steps the loss falls from a tenth of its start or more to a millionth or less, and never comes back.

    ## Why is this bad?
    No model learns that fast. The outputs have become constant or huge, so that the loss has nothing left to count:
    a detector that predicts no object any more, a set with one class only, targets that are all the same.

    ## How to fix
    Look at the update-to-weight ratio of the steps before: a rate that is too high throws the outputs off. If it is usual,
    look at the targets: one class folder instead of several, or no boxes at all.

    `rest` and `within` are guesses; a regression may fall ten-thousandfold in ten steps, a network that memorises its
    pictures a thousandfold in hundreds.
    """
    known = np.isfinite(recording.loss)
    step, loss = recording.step[known], recording.loss[known]
    if len(loss) < min_steps or side_by_side(recording) > 1:
        return
    start = float(np.median(loss[:3]))
    low = float(np.median(np.abs(loss[-max(5, len(loss) // 4) :])))
    yield Measured(
        "median loss of the last quarter over the start", low / start if start else 0.0, f"over {rest:g}, or slowly"
    )
    if start <= 0 or low > rest * start:
        return
    first_low = int(np.argmax(np.abs(loss) <= rest * start))
    high_before = loss[max(0, first_low - within) : first_low] >= 0.1 * start
    stays = float(np.mean(np.abs(loss[first_low:]) <= 10 * rest * start))
    if not high_before.any() or stays < 0.9:
        return
    onset = int(step[first_low])
    curve = Curve("loss", (Line("loss", tuple(map(float, step)), tuple(map(float, loss))),), onset=onset, log_y=True)
    text = (
        f"the loss collapses to {low:.2g} at step {onset}, {low / start:.1g} of its start, in {within} steps or fewer"
    )
    yield Finding(Place(step=onset), text, (curve,))


@loss_collapses.fires_on
def nothing_left_after_sixteen_steps() -> Facts:
    return {"recording": recording_with([*[129.0 - i for i in range(12)], 8.0, *[3e-10] * 40])}


@loss_collapses.quiet_on
def memorised_slowly() -> Facts:
    return {"recording": recording_with([2.3 * 0.9**i for i in range(120)])}


@loss_collapses.quiet_on
def usual_fall() -> Facts:
    return {"recording": recording_with(falling())}
