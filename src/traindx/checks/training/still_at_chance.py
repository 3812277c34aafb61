"""T105: at its end the loss is that of guessing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trend import over_chance
from traindx.core.warm_up import rated


@check("T105", level="warning")
def still_at_chance(recording: Recording, *, share: float = 0.9, min_passes: int = 30) -> Iterator[Finding | Measured]:
    """The cross entropy at the end is not clearly below ln K, the loss of guessing among K classes.

    ## Why is this bad?
    A loss can fall from a bad start to chance without anything being learned: the model has only unlearned its first
    confidence. Labels that do not belong to their pictures, batches sorted by class and destroyed weights all end here.

    ## How to fix
    If the run is short for its number of classes, let it run on. Otherwise look at the labels, the order of the batches and
    the learning rate.

    `share` of ln K is a guess; label smoothing by 0.1 alone ends at 0.2 to 0.3 of ln K. Steps at a rate of zero are not
    counted.
    """
    reached, chance = over_chance(recording), recording.chance
    moving = rated(recording)  # a rate of zero is a matter of T362
    if reached is None or chance is None or recording.passes < min_passes or moving.sum() < min_passes:
        return
    yield Measured("loss at the end over chance", reached, f"under {share:g}")
    if reached > share:
        end = f"the loss ends at {reached * chance:.4g}, chance is {chance:.4g} (should be under {share:.0%} of it)"
        yield Finding(Place(step=int(recording.step[-1])), end)


@still_at_chance.fires_on
def from_a_bad_start_to_chance() -> Facts:
    loss = [*falling(start=8.0, end=2.3), *flat(level=math.log(10))]
    return {"recording": recording_with(loss, detail={"loss_call": {"name": "cross_entropy", "classes": 10}})}


@still_at_chance.quiet_on
def far_below_chance() -> Facts:
    return {"recording": recording_with(falling(), detail={"loss_call": {"name": "cross_entropy", "classes": 10}})}
