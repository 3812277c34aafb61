"""T103: the loss stays where it began. Its passing is what `healthy` rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.not_yet_learned import not_yet_learned
from traindx.core.recording import Recording
from traindx.core.trainings import side_by_side
from traindx.core.trend import (
    FAR_BELOW_CHANCE,
    has_mixed_targets,
    has_one_target,
    over_chance,
    takes_both_signs,
    takes_off,
    trend,
)
from traindx.core.validated import above_guessing
from traindx.core.warm_up import ended_in_warm_up, rated


@check("T103", level="error")
def loss_does_not_fall(
    recording: Recording, *, drop: float = 0.1, min_steps: int = 10, min_passes: int = 30
) -> Iterator[Finding | Measured]:
    """The loss at the end is hardly lower than at the start.

    Not judged with several optimizers: the losses of two players, or of two trainings, make no one curve; and not where
    a loss that does not fall takes both signs, as with policy gradients, stands still and begins to fall at the end of a short
    run, or is a cross entropy whose target is always the same, as over a queue of negatives. Nor in a run of under 100
    passes that ended while its rate was still being raised, unless the loss has risen by half: it is too early to tell. Where
    some steps have a rate of zero, the others are judged. With mixed targets (mixup) a loss that falls by over two standard
    errors is left alone: its floor is high. One that falls by little but clearly counts as learned where the last validation is
    right far more often than guessing. A loss that falls slowly, or a run that was left early, is a matter of T117.

    Where the recording shows the number of classes of a cross entropy, a loss that is already far below chance (ln K)
    counts as learned: a resumed or fine-tuned run starts low.

    ## Why is this bad?
    Nothing is learned: the weights change without effect, or do not change at all.

    ## How to fix
    See which of the causes fits: compare the update-to-weight ratio, the modes, the order of calls, the inputs' scale and
    the dead units. The level at the end is the median of the last tenth, at the start that of the first twentieth.
    """
    moving, known = rated(recording), ~np.isnan(recording.loss)
    few = recording.passes < min_passes or np.isfinite(recording.loss[known]).sum() < min_steps
    few = few or (not moving.all() and (known & moving).sum() < min_passes)
    if few or side_by_side(recording) > 1 or has_one_target(recording):
        return
    seen, chance, reached = trend(recording.loss[moving]), recording.chance, over_chance(recording)
    if seen.finite and seen.drop <= drop and reached is not None and reached < FAR_BELOW_CHANCE:
        way = f"the loss went from {seen.start:.4g} to {seen.end:.4g}, low from the start; of that of guessing it is"
        yield Measured(way, round(100 * reached, 1), f"under {100 * FAR_BELOW_CHANCE:g}", "%")
        return
    if seen.finite and seen.drop <= drop and (takes_both_signs(recording.loss) or takes_off(recording.loss)):
        return
    if seen.finite and -0.5 < seen.drop <= drop and ended_in_warm_up(recording):
        return
    if seen.finite and 0 < seen.drop <= drop and seen.z > 2 and (better := above_guessing(recording)):
        way = f"the loss falls slowly, {seen.start:.4g} to {seen.end:.4g}; of guessing the last validation is right"
        yield Measured(way, round(better, 2), "clearly over 1", "times")
        return
    if seen.finite and seen.drop <= drop and seen.z > 2 and has_mixed_targets(recording):
        return
    if seen.finite and -drop < seen.drop <= drop and not_yet_learned(recording):
        return
    way = f"the loss went from {seen.start:.4g} to {seen.end:.4g}: it fell by"
    yield Measured(way, round(100 * seen.drop, 1), f"more than {100 * drop:g}", "%")
    if seen.finite and seen.drop > drop:
        return
    step, loss = recording.step[known], recording.loss[known]
    curve = Curve("loss", (Line("loss", tuple(map(float, step)), tuple(map(float, loss))),), onset=0)
    text = f"the loss falls by {seen.drop:.1%} only" if seen.finite and seen.drop > 0 else "the loss does not fall"
    text += f": {seen.start:.4g} at the start, {seen.end:.4g} at the end" if seen.finite else ": its end is not finite"
    if chance is not None and abs(seen.end - chance) < 0.1 * chance:
        text += f", chance is {chance:.4g}"
    yield Finding(Place(step=0), text, (curve,))


@loss_does_not_fall.fires_on
def flat_at_chance() -> Facts:
    return {"recording": recording_with(flat(level=math.log(10)))}


@loss_does_not_fall.quiet_on
def falling_loss() -> Facts:
    return {"recording": recording_with(falling())}


@loss_does_not_fall.fires_on
def divided_by_the_batches_that_are_accumulated() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": math.log(10)}
    return {"recording": recording_with(flat(level=math.log(10) / 8), detail={"loss_call": call})}


@loss_does_not_fall.quiet_on
def a_policy_gradient_around_zero() -> Facts:
    return {"recording": recording_with([0.3 * (-1) ** i - 0.08 * (i < 30) for i in range(60)])}


@loss_does_not_fall.quiet_on
def resumed_far_below_chance() -> Facts:
    return {
        "recording": recording_with(flat(level=0.3), detail={"loss_call": {"name": "cross_entropy", "classes": 10}})
    }


@loss_does_not_fall.quiet_on
def a_late_beginning() -> Facts:
    loss = [2.3 + 0.01 * ((7 * i) % 5 - 2) - 0.015 * max(0, i - 70) for i in range(84)]
    return {"recording": recording_with(loss)}


@loss_does_not_fall.quiet_on
def a_queue_of_negatives_that_fills() -> Facts:
    call = {"name": "cross_entropy", "classes": 513, "target_min": 0.0, "target_max": 0.0}
    return {"recording": recording_with([0.2, 4.7, *flat(level=6.1)], detail={"loss_call": call})}


@loss_does_not_fall.quiet_on
def ended_in_its_warm_up() -> Facts:
    recording = recording_with(flat(level=2.2)[:40])
    rated = {s: {**d, "lrs": [0.1 - 0.0005 * s, 1e-4 * s]} for s, d in recording.details.items()}
    return {"recording": replace(recording, details=rated)}


@loss_does_not_fall.quiet_on
def a_first_epoch_at_a_rate_of_zero() -> Facts:
    return {"recording": recording_with(flat(level=2.3, steps=100), lr=[0.0] * 80 + [1e-3] * 20)}


@loss_does_not_fall.quiet_on
def mixup_in_its_first_epochs() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "other_targets": True}
    loss = [2.3 - 0.0004 * i + 0.02 * ((7 * i) % 5 - 2) for i in range(300)]
    return {"recording": recording_with(loss, detail={"loss_call": call})}


@loss_does_not_fall.quiet_on
def falls_slowly_to_the_end() -> Facts:
    return {"recording": recording_with([1.79 - 6e-4 * i + 0.02 * ((7 * i) % 5 - 2) for i in range(200)])}
