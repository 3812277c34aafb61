"""V416: the training loss jumps up in single epochs, where no planned event lies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, noise, smooth
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.planned_events import events_at


@check("V416", level="note", preview=True)
def training_loss_spikes(
    history: History, *, sigmas: float = 8.0, share: float = 0.3, epochs: int = 8
) -> Iterator[Finding | Measured]:
    """The training loss of single epochs lies far above those around it, and nothing planned explains it.

    ## Why is this bad?
    The mean of a whole epoch hides single steps: one that shows is large. A rate at the edge of what the model bears, a
    batch with a broken picture or label, or an overflow of half precision does this. It passed, so the run is not faulty.

    ## How to fix
    Record the run to see the step: `traindx run -- COMMAND`. Clip the gradients, or lower the rate by 3.

    An epoch counts when its loss is above the running median of 5 by `sigmas` times the noise and by `share` of it, later
    than the warm-up, and no planned event lies there. Defaults are guesses.
    """
    loss = history.train_loss
    if np.isfinite(loss).sum() < epochs:
        raise NotEnough(f"needs {epochs} epochs with a training loss")
    level = smooth(loss)
    above = loss - level
    spikes = np.isfinite(loss) & (above > sigmas * noise(loss)) & (above > share * np.abs(level))
    spikes[: max(2, int(np.ceil(history.warmup_epochs or 0)) + 1)] = False
    at = [int(i) for i in np.flatnonzero(spikes) if not events_at(history, int(i))]
    yield Measured("epochs in which the training loss jumps up", len(at), "0")
    if at:
        which = ", ".join(str(history.epoch[i]) for i in at[:5]) + (", …" if len(at) > 5 else "")
        worst = max(at, key=lambda i: float(above[i] / level[i]))
        yield Finding(
            Place(path=history.source),
            f"the training loss jumped up in {len(at)} of {len(history)} epochs ({which}), at most to {loss[worst]:.3g} where "
            f"{level[worst]:.3g} was its level, and came back",
            (curves_of(history, "spikes of the training loss", onset=float(history.epoch[at[0]])),),
        )


def _run(*spikes: int, height: float = 3.0) -> History:
    losses = [2.0 * 0.95**i + 0.01 * (i % 3) for i in range(30)]
    return history_of([{"train/loss": v * (height if i in spikes else 1.0)} for i, v in enumerate(losses)])


@training_loss_spikes.fires_on
def two_epochs_three_times_as_high() -> Facts:
    return {"history": _run(12, 20)}


@training_loss_spikes.quiet_on
def an_ordinary_run() -> Facts:
    return {"history": _run()}


@training_loss_spikes.quiet_on
def a_second_epoch_that_is_higher() -> Facts:
    return {"history": _run(1)}
