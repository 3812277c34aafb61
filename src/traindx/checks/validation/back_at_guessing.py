"""V459: training had learned, and stands at the loss of guessing ever since an epoch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.checks.validation.learned_alone import accuracy_of
from traindx.checks.validation.standstill import CLASSES
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of


@check("V459", level="error", preview=True)
def back_at_guessing(
    history: History, *, epochs: int = 8, last: int = 3, learned: float = 0.5
) -> Iterator[Finding | Measured]:
    """The training loss had fallen far below guessing, and is at ln K with an accuracy of 1 / K to the end.

    ## Why is this bad?
    What was learned is gone: a step threw the weights to where the network answers the same for all inputs, and the gradients
    there do not lead back. The weights of later epochs are of no use.

    ## How to fix
    Use the weights from before. Lower the rate, or clip gradients; look at what the rate did in that epoch.
    `traindx run -- COMMAND` names the step. Without normalisation layers this happens at smaller rates.

    The losses of the `last` epochs and more lie between 0.97 and 1.1 times ln K with an accuracy of validation between half and one
    and a half times 1 / K, and the loss had been under `learned` of ln K.
    A restart of the schedule comes back. Defaults are guesses.
    """
    known = accuracy_of(history, epochs)
    loss = history.train_loss
    if known is None or set(history.train_parts) != {"loss"} or np.isfinite(loss).sum() < epochs:
        raise NotEnough(f"needs {epochs} epochs with a training loss and an accuracy of validation")
    fits = [k for k in CLASSES if 0.5 <= end_of(known[1], last) * k <= 1.5]
    since, classes = max(((_since(loss, k), k) for k in fits), default=(0, 0))
    yield Measured("epochs at the end in which the loss is that of guessing", since, f"below {last}")
    if since < last or since == len(loss):
        return
    low = float(np.nanmin(smooth(loss, 3)[: len(loss) - since]))
    if low <= learned * np.log(classes):
        onset = int(history.epoch[len(loss) - since])
        yield Finding(
            Place(path=history.source),
            f"from epoch {onset} to the end the training loss stands at {end_of(loss, since):.3g}, near ln {classes} = "
            f"{np.log(classes):.3g}, which guessing gives (had been {low:.3g}), and {known[0]} at {end_of(known[1], last):.3g}",
            (Measured("first such epoch", onset), curves_of(history, "back at guessing", onset=float(onset))),
        )


def _since(loss: Floats, classes: int) -> int:
    """How many epochs at the end have the loss of guessing among so many classes."""
    ratio = loss / np.log(classes)
    other = np.flatnonzero(~((ratio >= 0.97) & (ratio <= 1.1)))
    return len(loss) - 1 - int(other[-1]) if len(other) else len(loss)


def _run(after: float, accuracy: float, epochs: int = 5) -> Facts:
    good = [{"train/loss": 1.8 * 0.5**i, "metric/accuracy": 0.6 + 0.05 * i} for i in range(6)]
    return {
        "history": history_of([*good, *({"train/loss": after, "metric/accuracy": accuracy} for _ in range(epochs))])
    }


@back_at_guessing.fires_on
def weights_that_were_thrown_away() -> Facts:
    return _run(after=2.33, accuracy=0.1)


@back_at_guessing.quiet_on
def a_restart_that_comes_back() -> Facts:
    return _run(after=0.4, accuracy=0.8)


@back_at_guessing.quiet_on
def one_bad_epoch_at_the_end() -> Facts:
    return _run(after=2.33, accuracy=0.1, epochs=2)


@back_at_guessing.quiet_on
def a_run_that_never_learned() -> Facts:
    rows = [{"train/loss": 2.31, "metric/accuracy": 0.1} for _ in range(10)]
    return {"history": history_of(rows)}
