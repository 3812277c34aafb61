"""V491: early stopping ended a run that was still learning."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, noise
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of


@check("V491", level="warning", preview=True)
def stopped_while_learning(
    history: History, *, epochs: int = 5, last: int = 3, least: float = 0.05
) -> Iterator[Finding | Measured]:
    """Early stopping ended the run before its plan although the validation loss was still falling from epoch to epoch.

    ## Why is this bad?
    Nothing is wrong with the training but its end: the result is lower than the same run would have reached. A metric of a few
    hundred pictures moves by chance, and a patience of one or two epochs takes that for the end.

    ## How to fix
    A patience of ten epochs or more, a least improvement (`min_delta`) of zero, and the direction that fits what is watched
    (`mode="max"` for an accuracy). Watching the validation loss instead of a coarse metric helps as well.

    The validation loss must be at its lowest within the last two epochs, and have fallen by `least` of itself and three times its
    noise in the `last` epochs, more than a tenth of all that it fell before. Defaults are guesses.
    """
    loss = history.val_loss[np.isfinite(history.val_loss)]
    if not history.stopped_early or len(loss) < epochs + last or float(loss.min()) <= 0:
        raise NotEnough(f"needs a log that says it was stopped early, with {epochs + last} validation losses")
    fell = float(loss[-1 - last] - loss[-2:].min())
    yield Measured(f"fall of the validation loss in the last {last} epochs, share of it", fell / float(loss[-1 - last]))
    if int(np.argmin(loss)) >= len(loss) - 2 and _falls(loss, fell, last, least):
        yield Finding(
            Place(path=history.source, setting="patience"),
            f"the log says that training was stopped early, after {len(history)} epochs, while "
            f"the validation loss still fell, from {loss[-1 - last]:.3g} to {loss[-2:].min():.3g} in the last {last} epochs",
            (curves_of(history, "stopped while learning", onset=float(history.epoch[-1])),),
        )


def _falls(loss: Floats, fell: float, last: int, least: float) -> bool:
    steady = noise(np.diff(loss))  # of the steps: a steady fall has none
    return bool(fell > max(least * loss[-1 - last], 3 * steady, 0.1 * float(loss.max() - loss[-1 - last])))


def _run(losses: list[float]) -> Facts:
    rows = [{"train/loss": v, "val/loss": v + 0.01 * (i % 2)} for i, v in enumerate(losses)]
    return {"history": history_of(rows, tool="a console log", stopped_early=True)}


@stopped_while_learning.fires_on
def a_patience_of_one() -> Facts:
    return _run([2.3 - 0.07 * i for i in range(11)])


@stopped_while_learning.quiet_on
def converged_and_stopped() -> Facts:
    return _run([0.2 + 2.1 * 0.6**i for i in range(25)])


@stopped_while_learning.quiet_on
def stopped_after_the_loss_had_turned() -> Facts:
    return _run([0.5 + 0.05 * abs(i - 8) for i in range(14)])
