"""T106: the loss fell, by less than its own noise can explain."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trainings import side_by_side
from traindx.core.trend import FAR_BELOW_CHANCE, over_chance, trend


@check("T106", level="warning")
def fall_within_noise(
    recording: Recording, *, z: float = 4.0, drop: float = 0.1, min_passes: int = 30
) -> Iterator[Finding | Measured]:
    """The loss is lower at the end than at the start, and the difference is within the noise of single steps.

    ## Why is this bad?
    It is not known whether the run learns: another seed may show the opposite.

    ## How to fix
    Let it run longer. The difference of the two medians is measured in standard errors of a median (1.2533 s / sqrt(n)),
    with the noise s taken from neighbouring steps; 4 is a guess.

    Not asked of a loss that is already far below chance.
    """
    if recording.passes < min_passes or np.isfinite(recording.loss).sum() < 10 or side_by_side(recording) > 1:
        return
    seen, reached = trend(recording.loss), over_chance(recording)
    yield Measured("fall of the loss in standard errors", round(seen.z, 1), f"over {z:g}")
    learned_before = reached is not None and reached < FAR_BELOW_CHANCE
    if seen.finite and seen.drop > drop and seen.z <= z and not learned_before:
        text = f"the loss fell from {seen.start:.4g} to {seen.end:.4g}, {seen.z:.1f} standard errors (should be over {z:g})"
        yield Finding(Place(step=int(recording.step[-1])), text)


@fall_within_noise.fires_on
def noisy_and_short() -> Facts:
    loss = [2.3 + 0.9 * (-1) ** i - 0.012 * i for i in range(40)]
    return {"recording": recording_with(loss)}


@fall_within_noise.quiet_on
def clear_fall() -> Facts:
    return {"recording": recording_with(falling())}
