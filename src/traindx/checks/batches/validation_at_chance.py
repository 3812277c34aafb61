"""B145: training is far better than guessing, and validation is no better."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trend import FAR_BELOW_CHANCE, over_chance


@check("B145", level="error", preview=True)
def validation_at_chance(
    recording: Recording, *, above: float = 0.08, validations: int = 2, min_steps: int = 50
) -> Iterator[Finding | Measured]:
    """The training loss is far below that of guessing, and the last validations are right as often as guessing is.

    ## Why is this bad?
    What the network has learned does not carry over to any other sample: it has learned by heart, or validation gives it other
    inputs, other labels or another mode.

    ## How to fix
    Look at what reaches the network in validation, at the ids of both splits' classes, at the mode; then at whether labels belong
    to their pictures: a network learns wrong labels too, one by one.
    Guessing among K classes is right once in K; the last two validations must be within 0.08 of the rest above that, their loss not
    below that of guessing, and training under 0.6 of it. All are a guess.
    """
    last = [v for v in recording.validations if v.accuracy is not None][-validations:]
    reached, chance = over_chance(recording), recording.chance
    if len(last) < validations or reached is None or chance is None or recording.passes < min_steps:
        raise NotEnough("no two validations with their accuracy were seen, or no cross entropy")
    if reached >= FAR_BELOW_CHANCE:
        raise NotEnough("training itself is not far below the loss of guessing")
    guessing = math.exp(-chance)
    best = max(v.accuracy for v in last if v.accuracy is not None)
    yield Measured("accuracy of the last validations", best, f"over {guessing:.3g}, that of guessing")
    yield Measured("training loss over that of guessing", reached, "falling")
    no_better = all(v.loss is None or not v.loss < 0.95 * chance for v in last)
    if best < guessing + above * (1 - guessing) and no_better:
        x = tuple(float(v.step) for v in recording.validations if v.accuracy is not None)
        y = tuple(float(v.accuracy) for v in recording.validations if v.accuracy is not None)
        curve = Curve("accuracy in validation", (Line("accuracy", x, y),))
        text = f"validation is right in {best:.1%}, guessing would be in {guessing:.1%}; the training loss is {reached:.0%} of that"
        yield Finding(Place(step=last[-1].step), f"{text} of guessing", (curve,))


def _run(accuracies: Sequence[float], loss: float) -> Facts:
    lines = [
        {"kind": "validation", "step": 20 * n + 19, "batches": 5, "training": False, "loss": loss, "accuracy": a}
        for n, a in enumerate(accuracies)
    ]
    call = {"name": "cross_entropy", "classes": 10}
    return {"recording": recording_with(falling(), detail={"loss_call": call}, events=lines)}


@validation_at_chance.fires_on
def labels_learned_by_heart() -> Facts:
    return _run((0.1, 0.11, 0.09), loss=6.0)


@validation_at_chance.quiet_on
def overfitting() -> Facts:
    return _run((0.5, 0.55, 0.5), loss=4.0)
