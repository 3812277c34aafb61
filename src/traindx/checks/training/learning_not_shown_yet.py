"""T117: the loss fell by little, and the run is too short to say that it does not fall."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.not_yet_learned import not_yet_learned
from traindx.core.recording import Recording
from traindx.core.trainings import side_by_side
from traindx.core.trend import trend


@check("T117", level="warning")
def learning_not_shown_yet(
    recording: Recording, *, drop: float = 0.1, min_passes: int = 30
) -> Iterator[Finding | Measured]:
    """The loss fell by less than a tenth, but steadily and to the end, or the run was left in its first epochs.

    ## Why is this bad?
    Neither "it learns" nor "it does not" can be read off the curve. Perturbed weights, mixed targets, a short warm-up and small
    batches make the first hundreds of steps of a healthy training look like this.

    ## How to fix
    Let it run for a few epochs more. Fifths of the run are compared, by their medians: the last lies under the first by a
    twentieth and five standard errors, and under the middle one by two. Or the loader was left before nine tenths of its
    second pass, or the run interrupted before, within 300 backward passes, or it is over after two epochs and 100.

    Not asked where updates are tiny (guesses).
    """
    known = np.isfinite(recording.loss).sum()
    if recording.passes < min_passes or known < 10 or side_by_side(recording) > 1:
        return
    seen = trend(recording.loss)
    yield Measured("fall of the loss", round(100 * seen.drop, 1), f"over {100 * drop:g}", "%")
    reason = not_yet_learned(recording) if seen.finite and -drop < seen.drop <= drop else ""
    if reason:
        yield Finding(Place(step=int(recording.step[-1])), reason)


def _slow(to: int = 200) -> list[float]:
    """A loss that falls by seven hundredths over 200 steps, under noise; from step `to` on it stands still."""
    return [1.79 - 6e-4 * min(i, to) + 0.02 * ((7 * i) % 5 - 2) for i in range(200)]


def _pass(number: int, batches: int, ended: str) -> dict[str, object]:
    made = {"loader": 0, "pass": number, "step": 50 * number, "training": True}
    return {"kind": "pass", **made, "batches": batches, "ended": ended}


@learning_not_shown_yet.fires_on
def two_hundred_steps_of_perturbed_weights() -> Facts:
    return {"recording": recording_with(_slow())}


@learning_not_shown_yet.fires_on
def left_in_its_second_epoch() -> Facts:
    passes = (_pass(0, 50, "exhausted"), _pass(1, 10, "left"))
    return {"recording": recording_with(flat(), events=passes)}


@learning_not_shown_yet.fires_on
def interrupted_in_its_first_epoch() -> Facts:
    event = {"kind": "event", "event": "exception", "step": 60, "type": "KeyboardInterrupt", "message": ""}
    return {"recording": recording_with(flat(), events=(event,))}


@learning_not_shown_yet.fires_on
def two_epochs_of_thirty_batches() -> Facts:
    passes = (_pass(0, 30, "exhausted"), _pass(1, 30, "exhausted"))
    return {"recording": recording_with(flat(), events=passes)}


@learning_not_shown_yet.quiet_on
def stands_still_in_its_second_half() -> Facts:
    return {"recording": recording_with(_slow(to=100))}


@learning_not_shown_yet.quiet_on
def slow_because_its_updates_are_tiny() -> Facts:
    return {"recording": recording_with(_slow(), update_ratio=1e-5)}


@learning_not_shown_yet.quiet_on
def flat_over_two_epochs() -> Facts:
    passes = (_pass(0, 50, "exhausted"), _pass(1, 50, "exhausted"))
    return {"recording": recording_with(flat(steps=100), events=passes)}
