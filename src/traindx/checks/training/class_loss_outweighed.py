"""T425: the loss of the classes is a small part of what is backpropagated, and stays at that of guessing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loss_calls import LossCalls, loss_calls_of
from traindx.core.loss_names import CLASSES
from traindx.core.recording import Recording


@check("T425", level="error")
def class_loss_outweighed(
    recording: Recording, *, times: float = 20.0, still: float = 0.9, passes: int = 100
) -> Iterator[Finding | Measured]:
    """Several losses are added up, one of them is far larger, and the classes are not learned beside it.

    ## Why is this bad?
    A gradient goes with its loss. An error in pixels squared, a sum over all places or a factor that is a thousand times too
    large gives the direction of every step, and a rate that suits it is far too low for the other parts.

    ## How to fix
    Bring the parts to one size: scale the targets of the regression to about 1, take means in place of sums, weigh the
    parts. Print each of them by itself.

    Reported where, in the last half of `passes` passes or more, what is backpropagated is `times` the cross entropy or
    more, and that stays over `still` of guessing. A large part beside which the classes are learned is no fault. Guesses.
    """
    found = [f for f in loss_calls_of(recording) if f.name in CLASSES and f.first.get("classes", 0) > 1]
    if recording.passes < passes or len(found) != 1 or len(loss_calls_of(recording)) < 2:
        raise NotEnough("needs a cross entropy beside other losses, over a hundred passes")
    own, losses = found[0].column("value"), _backpropagated(recording, found[0])
    late = np.isfinite(own) & np.isfinite(losses)
    late[: len(late) // 2] = False
    if late.sum() < 3:
        raise NotEnough("too few recorded steps with both losses")
    value, whole = float(np.median(own[late])), float(np.median(losses[late]))
    over = value / float(np.log(found[0].first["classes"]))
    yield Measured("cross entropy over that of guessing", over, f"under {still:g}")
    yield Measured(
        "loss that is backpropagated over its cross entropy", whole / value if value else 0.0, f"under {times:g}"
    )
    if still <= over <= 1.5 and whole >= times * value:
        text = f"of a loss of {whole:.3g} the cross entropy is {value:.3g}, {over:.0%} of that of guessing: another part outweighs"
        yield Finding(_largest(recording, found[0]), f"{text} it {whole / value:.3g} times (should be of one size)")


def _backpropagated(recording: Recording, found: LossCalls) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = [recording.details[step].get("loss") for step in found.steps]
    return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)


def _largest(recording: Recording, found: LossCalls) -> Place:
    """The line of the largest of the other parts, else of the cross entropy."""
    others = [f for f in loss_calls_of(recording) if f is not found and f.path and np.isfinite(f.column("value")).any()]
    others = [f for f in others if (f.name, f.line) != (found.name, found.line)]
    return max(others, key=lambda f: float(np.nanmedian(f.column("value"))), default=found).place


def _facts(own: float, whole: float) -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": own, "path": "train.py", "line": 20}
    other = {"name": "mse_loss", "value": whole - own, "path": "train.py", "line": 21}
    detail = {"loss_call": call, "more_loss_calls": [other], "loss": whole}
    return {"recording": recording_with(flat(level=whole, steps=200), detail=detail)}


@class_loss_outweighed.fires_on
def a_sum_of_pixels_beside_ten_classes() -> Facts:
    return _facts(2.31, 184.0)


@class_loss_outweighed.quiet_on
def classes_that_are_learned_beside_a_large_part() -> Facts:
    return _facts(0.4, 184.0)


@class_loss_outweighed.quiet_on
def parts_of_one_size() -> Facts:
    return _facts(2.3, 6.0)


@class_loss_outweighed.quiet_on
def classes_not_learned_beside_a_part_that_is_somewhat_larger() -> Facts:
    return _facts(2.3, 30.0)
