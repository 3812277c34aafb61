"""B145: training is far better than guessing, and validation is no better."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording
from traindx.core.trend import FAR_BELOW_CHANCE, over_chance
from traindx.core.validated import accuracies_of


@check("B145", level="error", preview=True)
def validation_at_chance(
    recording: Recording,
    history: History | None = None,
    *,
    above: float = 0.08,
    learnt: float = 0.85,
    begun: float = 0.95,
    validations: int = 2,
    min_steps: int = 50,
) -> Iterator[Finding | Measured]:
    """The training loss is well below that of guessing, and the last validations are right as often as guessing is.

    ## Why is this bad?
    What the network has learned does not carry over to any other sample: it has learned by heart, or validation gives it other
    inputs, other labels or another mode.

    ## How to fix
    Look at what reaches the network in validation, at the ids of both splits' classes, at the mode; then at whether labels
    belong to their pictures: a network learns wrong labels too, one by one.

    Guessing among K classes is right once in K; the last validation must be within 0.08 of the rest above that, the mean of
    the last two within 0.05, their loss below that of guessing by no more than a fifth of what training is, and training
    under 0.6 of it; of three validations, training under `learnt` of it. Of six, training under `begun`, where none of their
    losses gained a fifth of what training did, and on average they gained no tenth: labels that are learned one by one. All are a
    guess. Accuracies are those that were measured, else those that a framework logged or the training printed.
    """
    seen, reached, chance = accuracies_of(recording, history), over_chance(recording), recording.chance
    last = seen[-validations if reached is not None and reached < FAR_BELOW_CHANCE else -validations - 1 :]
    by_heart = reached is not None and learnt <= reached < begun and len(seen) >= 3 * validations
    last = seen[-3 * validations :] if by_heart else last
    if len(last) < validations or reached is None or chance is None or recording.passes < min_steps:
        raise NotEnough("no two validations with their accuracy were seen, or no cross entropy")
    if reached >= (FAR_BELOW_CHANCE if len(last) == validations else begun if by_heart else learnt):
        raise NotEnough("training itself is not far below the loss of guessing")
    guessing = math.exp(-chance)
    reached_there = float(np.mean([accuracy for _, accuracy, _ in last]))
    yield Measured("accuracy of the last validations", reached_there, f"over {guessing:.3g}, that of guessing")
    yield Measured("training loss over that of guessing", reached, "falling")
    gained = 0.2 * (1 - reached) if by_heart else max(0.05, 0.2 * (1 - reached))
    no_better = all(not loss < (1 - gained) * chance for _, _, loss in last)
    if by_heart:
        no_better &= bool(np.mean([loss for _, _, loss in last]) > (1 - gained / 2) * chance)
    low = reached_there < guessing + 0.6 * above * (1 - guessing) and last[-1][1] < guessing + above * (1 - guessing)
    if low and no_better:
        curve = Curve("accuracy in validation", (Line("accuracy", *zip(*((s, a) for s, a, _ in seen), strict=True)),))
        text = f"the last {len(last)} validations are right in {reached_there:.1%}, guessing would be in {guessing:.1%}"
        text += f"; the training loss is {reached:.0%} of that"
        yield Finding(Place(step=int(last[-1][0])), f"{text} of guessing", (curve,))


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


@validation_at_chance.fires_on
def labels_that_are_being_learned_by_heart() -> Facts:
    facts = _run((0.1, 0.11, 0.09, 0.1, 0.12, 0.1), loss=2.33)
    loss = np.linspace(2.31, 2.13, 120).tolist()
    lines = facts["recording"].lines["validation"]
    return {
        "recording": recording_with(loss, detail={"loss_call": {"name": "cross_entropy", "classes": 10}}, events=lines)
    }


@validation_at_chance.quiet_on
def a_hard_task_that_has_just_begun() -> Facts:
    facts = _run((0.1, 0.11, 0.12, 0.12, 0.13, 0.13), loss=2.2)
    loss = np.linspace(2.31, 2.13, 120).tolist()
    lines = facts["recording"].lines["validation"]
    return {
        "recording": recording_with(loss, detail={"loss_call": {"name": "cross_entropy", "classes": 10}}, events=lines)
    }


@validation_at_chance.fires_on
def a_loss_a_little_below_that_of_guessing() -> Facts:
    return _run((0.1, 0.11, 0.09), loss=2.1)


@validation_at_chance.quiet_on
def overfitting() -> Facts:
    return _run((0.5, 0.55, 0.5), loss=4.0)


def _printed(*accuracies: float) -> Facts:
    run = recording_with(falling(end=1.7), detail={"loss_call": {"name": "cross_entropy", "classes": 10}})
    rows = [{"epoch": float(n), "metric/accuracy": a} for n, a in enumerate(accuracies)]
    return {"recording": run, "history": history_of(rows, source="rec", tool="what the training printed")}


@validation_at_chance.fires_on
def what_was_printed_stays_at_chance() -> Facts:
    return _printed(0.08, 0.12, 0.13)


@validation_at_chance.fires_on
def what_was_printed_jumps_about_chance() -> Facts:
    return _printed(0.06, 0.19, 0.08)


@validation_at_chance.quiet_on
def what_was_printed_follows_late() -> Facts:
    return _printed(0.1, 0.11, 0.28)
