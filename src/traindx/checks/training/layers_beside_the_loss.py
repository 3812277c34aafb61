"""T389: layers that are to be trained stand beside the way to the loss, and validation answers with them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.gradient_flow import flow_of, layer_of, random_at_start
from traindx.core.history import History
from traindx.core.recording import Recording
from traindx.core.trend import FAR_BELOW_CHANCE, over_chance
from traindx.core.validated import accuracies_of


@check("T389", level="error", preview=True)
def layers_beside_the_loss(
    recording: Recording,
    history: History | None = None,
    *,
    min_records: int = 2,
    above: float = 0.08,
    validations: int = 2,
) -> Iterator[Finding | Measured]:
    """Layers that the optimizer holds never get a gradient, the loss falls without them, and no validation is better than guessing.

    ## Why is this bad?
    The loss is made of another output than the one that validation is judged by, such as an auxiliary classifier alone. What
    answers in validation keeps the random values that it began with.

    ## How to fix
    Make the loss of the output that is used later; add an auxiliary one with its weight: `loss = main + 0.3 * aux`.

    Validation has to stay within `above` of the rest above guessing, its loss at 95 % of guessing's or more, while training is
    far below that (guesses): a head that is left unused on purpose leaves validation as good as it would be.
    """
    flow, reached, chance = flow_of(recording), over_chance(recording), recording.chance
    if len(flow.step) < min_records:
        raise NotEnough("too few recorded steps to say which parameters a gradient reaches")
    random = random_at_start(recording)
    never = flow.trained & np.isnan(flow.gradients).all(axis=0) & ~flow.moved
    off = [p.name for p, yes in zip(flow.parameters, never, strict=True) if yes and p.name in random]
    seen = accuracies_of(recording, history)
    if len(seen) < validations or reached is None or chance is None:
        raise NotEnough("no two validations with their accuracy were seen, or no cross entropy")
    yield Measured("random parameter tensors that never get a gradient", len(off), "0")
    guessing = math.exp(-chance)
    best = max(accuracy for _, accuracy, _ in seen)
    low = best < guessing + above * (1 - guessing) and not any(loss < 0.95 * chance for _, _, loss in seen)
    if off and low and flow.reached.any() and reached < FAR_BELOW_CHANCE:
        text = f"{len(off)} parameter tensors ({off[0]}, …, {off[-1]}) never get a gradient and keep their first values"
        learnt = f"the training loss is {reached:.0%} of that of guessing, and no validation is right in more than {best:.1%}"
        yield Finding(Place(layer=layer_of(off[-1]), parameter=off[-1], step=0), f"{text}; {learnt}")


def _run(accuracies: Sequence[float], grads: Sequence[float | None], loss: float = 2.31) -> Facts:
    names = [f"{layer}.{kind}" for layer in ("conv1", "conv2", "fc") for kind in ("weight", "bias")]
    lines = [
        {"kind": "initialised", "step": 0, "calls": [{"call": "kaiming_uniform_", "numbers": "", "parameters": names}]}
    ]
    lines += [
        {"kind": "validation", "step": 20 * n + 19, "batches": 5, "training": False, "loss": loss, "accuracy": a}
        for n, a in enumerate(accuracies)
    ]
    moved = [0.0 if g is None else 0.01 for g in grads]
    detail = {
        "loss_call": {"name": "cross_entropy", "classes": 10},
        "parameters": {"grad": list(grads), "update": moved},
    }
    return {"recording": recording_with(falling(), events=lines, detail=detail)}


@layers_beside_the_loss.fires_on
def the_auxiliary_classifier_alone() -> Facts:
    return _run((0.1, 0.14, 0.12), (0.2, 0.1, 0.2, 0.1, None, None))


@layers_beside_the_loss.quiet_on
def an_auxiliary_classifier_that_is_not_used() -> Facts:
    return _run((0.5, 0.8, 0.9), (0.2, 0.1, 0.2, 0.1, None, None), loss=0.4)


@layers_beside_the_loss.quiet_on
def learned_by_heart() -> Facts:
    return _run((0.1, 0.14, 0.12), (0.2, 0.1, 0.2, 0.1, 0.2, 0.1))
