"""V496: the training loss falls far below zero, and nothing is learned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of
from traindx.checks.validation.standstill import gained
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording


@check("V496", level="error", preview=True)
def training_loss_below_zero(
    history: History, recording: Recording | None = None, *, epochs: int = 5, deep: float = 3.0
) -> Iterator[Finding | Measured]:
    """The training loss falls below zero and on, while the metric stays where it was.

    ## Why is this bad?
    Cross entropy, squared and absolute errors and the losses of boxes are never negative. One that falls without a floor has the
    wrong sign, so that the worst answers are sought, or is given what it is not made for: probabilities or logits where
    `NLLLoss` expects their logarithm, targets outside of 0 to 1 in a binary cross entropy.

    ## How to fix
    Look for a minus before the loss, or a subtraction of parts of it. Give `CrossEntropyLoss` logits, `NLLLoss` the output of
    `log_softmax`, `BCEWithLogitsLoss` logits and targets of 0 to 1.

    The loss ends below zero by `deep`, and below its first third, the metric never rose by more than its noise, and the
    validation loss, where there is one, did not fall below its start by a tenth unless it is negative too. Losses that may be
    negative (likelihoods of densities, similarities) come with a metric that rises, or end above -`deep`. A guess.
    """
    if recording is not None:
        raise NotEnough("a recording tells more than a log")
    loss = history.train_loss[np.isfinite(history.train_loss)]
    if history.adversarial or len(loss) < epochs or history.metric is None:
        raise NotEnough(f"needs {epochs} epochs with a training loss and a metric, of one player")
    name, metric = history.metric
    known = metric[np.isfinite(metric)]
    end = end_of(loss, 3)
    yield Measured("training loss at the end", end, "above 0")
    early = float(loss[: max(1, len(loss) // 3)].min())
    if len(known) < 3 or end >= -deep or end > early or gained(name, known):
        return
    val = history.val_loss[np.isfinite(history.val_loss)]
    if len(val) >= 2 and 0 < end_of(val, 3) < 0.9 * val[0]:
        return
    yield Finding(
        Place(path=history.source),
        f"the training loss falls below zero, to {end:.3g} (began at {loss[0]:.3g}; most losses end at 0), and "
        f"{name} stays at {end_of(known):.3g}: the loss is maximised, or given what it is not made for",
        (Measured("training loss at the end", end, "above 0"), curves_of(history, "the loss falls below zero")),
    )


def _run(fall: float, gain: float) -> Facts:
    rows = [
        {"train/loss": 2.3 - fall * i**2, "val/loss": 2.3 + fall * i, "metric/accuracy": 0.1 + gain * i}
        for i in range(10)
    ]
    return {"history": history_of(rows)}


@training_loss_below_zero.fires_on
def a_loss_of_the_wrong_sign() -> Facts:
    return _run(fall=1.0, gain=0.0)


@training_loss_below_zero.quiet_on
def a_density_that_is_learned() -> Facts:
    return _run(fall=1.0, gain=0.08)


@training_loss_below_zero.quiet_on
def a_negative_similarity() -> Facts:
    return _run(fall=0.04, gain=0.0)
