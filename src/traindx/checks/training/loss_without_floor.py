"""T342: the loss falls below zero, ever faster, to many times what it began with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.gradient_flow import place_at
from traindx.core.recording import Recording


@check("T342", level="error")
def loss_without_floor(
    recording: Recording, *, times: float = 10.0, min_steps: int = 20
) -> Iterator[Finding | Measured]:
    """The loss ends far below zero, more than `times` what it began with, and falls faster at the end than before.

    ## Why is this bad?
    An error has a floor, and a loss that nears it falls ever more slowly. One that falls ever faster is being driven away
    from what it should reach: its sign, or that of a part, is turned.

    ## How to fix
    Look at the sign of each part of the loss: `1 - iou`, `-(log p)`, no minus before an error. A likelihood with a learned
    variance and a similarity also fall below zero, and slow down; with several optimizers nothing is judged.

    `times` is a guess.
    """
    finite = np.isfinite(recording.loss)
    loss, steps = recording.loss[finite], recording.step[finite]
    if len(recording.optimizers) != 1 or len(loss) < min_steps:
        raise NotEnough(f"needs one optimizer and {min_steps} steps with a loss")
    few = max(3, len(loss) // 20)
    start, middle, end = (float(np.median(part)) for part in (loss[:few], loss[len(loss) // 2 :][:few], loss[-few:]))
    size = max(abs(start), abs(float(loss[0])), 1.0)
    yield Measured("loss at the end over its size at the start", end / size, f"over -{times:g}")
    if end < -times * size and middle - end > start - middle > 0:
        line = Line("loss", tuple(map(float, steps)), tuple(map(float, loss)))
        text = f"the loss falls below zero ever faster: {start:.4g} at the start, {middle:.4g} in the middle, {end:.4g} at the end"
        place = place_at(recording.sources.get("backward"), step=0)
        yield Finding(place, f"{text} (an error has a floor)", (Curve("loss", (line,), onset=0),))


@loss_without_floor.fires_on
def a_loss_of_turned_sign() -> Facts:
    return {"recording": recording_with([-9.0 - 0.2 * i**2 for i in range(60)])}


@loss_without_floor.quiet_on
def a_likelihood_with_a_learned_variance() -> Facts:
    return {"recording": recording_with([x - 14.0 for x in falling(start=17.0, end=0.0)])}


@loss_without_floor.quiet_on
def a_reward_that_grows_steadily() -> Facts:
    return {"recording": recording_with([-0.1 * i for i in range(60)])}
