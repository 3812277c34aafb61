"""T205: the loss leaps far above its start, well into the run, while the updates are large."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Recording
from traindx.core.setup import Setup
from traindx.core.trainings import side_by_side
from traindx.core.trend import has_one_target, trend


@check("T205", level="error")
def loss_leaps(
    recording: Recording,
    setup: Setup | None = None,
    *,
    above: float = 1.5,
    ratio: float = 0.03,
    times: int = 2,
    min_steps: int = 10,
) -> Iterator[Finding | Measured]:
    """After a quarter of the run the loss still leaps above the level of the untrained model, and the updates are large.

    ## Why is this bad?
    Single steps overshoot so far that the model is worse than before training. Clipping and normalisation can keep such a
    run alive, and its loss may even fall in between.

    ## How to fix
    Lower the learning rate.

    Two measurements must agree: at least `times` steps with a loss `above` times the start, and updates whose median is
    over `ratio` of the weights' norm: no healthy run of the benchmark has over 0.022 in its first steps (`python
    bench/ratios.py`). Losses that start at zero or below are not judged.
    """
    known = np.isfinite(recording.loss)
    taken = recording.update_ratio[np.isfinite(recording.update_ratio)]
    if known.sum() < min_steps or len(taken) < 3 or side_by_side(recording) > 1 or has_one_target(recording):
        return
    step, loss = recording.step[known], recording.loss[known]
    start, median = trend(recording.loss).start, float(np.median(taken))
    if start <= 0:
        return
    late = np.arange(len(loss)) >= len(loss) / 4
    leaps = late & (loss > above * start)
    yield Measured(f"later steps with a loss over {above:g} times the start", int(leaps.sum()), f"under {times}")
    yield Measured("median update-to-weight ratio", median, f"under {ratio:g}")
    if leaps.sum() < times or median < ratio:
        return
    worst = int(np.argmax(np.where(leaps, loss, -np.inf)))
    onset = int(step[leaps.argmax()])
    curve = Curve("loss", (Line("loss", tuple(map(float, step)), tuple(map(float, loss))),), onset=onset)
    text = f"the loss leaps to {loss[worst]:.4g} at step {step[worst]}, {loss[worst] / start:.2g} times its start,"
    text += f" {int(leaps.sum())} such steps; updates are {median:.2g} of the weights' norm (should be under {ratio:g})"
    text += f"; {optimizer_words(recording)}"
    yield Finding(optimizer_place(recording, onset, setup), text, (curve,))


@loss_leaps.fires_on
def clipped_gradients_at_a_high_rate() -> Facts:
    loss = falling(start=240.0, end=150.0)
    loss[25], loss[40] = 890.0, 1140.0
    return {"recording": recording_with(loss, update_ratio=0.08)}


@loss_leaps.quiet_on
def two_odd_batches_at_a_usual_rate() -> Facts:
    loss = falling()
    loss[25], loss[40] = 5.0, 6.0
    return {"recording": recording_with(loss, update_ratio=0.004)}


@loss_leaps.quiet_on
def excursion_in_the_first_steps() -> Facts:
    loss = falling()
    loss[2], loss[3] = 20.0, 12.0
    return {"recording": recording_with(loss, update_ratio=0.08)}
