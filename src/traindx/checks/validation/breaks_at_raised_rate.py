"""V430: the loss breaks where the learning rate is raised above all that it was before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of
from traindx.checks.validation.logged_rate import rates_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of
from traindx.core.recording import Recording


@check("V430", level="error", preview=True)
def breaks_at_raised_rate(
    history: History, recording: Recording | None = None, *, raised: float = 2.0, times: float = 2.0
) -> Iterator[Finding | Measured]:
    """The rate jumps above every earlier one, the training loss jumps with it, and does not come back.

    ## Why is this bad?
    The weights that were reached are lost. A restart that is too high, a second phase with its own rate, or a resumed run
    whose schedule begins anew does this.

    ## How to fix
    Begin again from the last checkpoint before it, at the rate that it had, and raise it, if at all, by small steps.

    A jump is a rate `raised` times all before it, after the third epoch; the loss breaks where its lowest value after it is
    `times` the median of the three epochs before, or it is not finite any more. Defaults are guesses.
    """
    rates, loss = rates_of(history), history.train_loss
    if recording is not None or len(rates) < 5 or not np.isfinite(loss).any():
        raise NotEnough("needs a log of five epochs with the learning rate and the training loss")
    jumps = [i for i in range(3, len(rates)) if rates[i] > raised * float(np.nanmax(rates[:i]))]
    yield Measured("epochs at which the rate jumps above all earlier ones", len(jumps))
    for i in jumps:
        before, after = float(np.nanmedian(loss[i - 3 : i])), _lowest(loss[i:])
        if before > 0 and not after <= times * before:
            epoch = int(history.epoch[i])
            yield Finding(
                Place(path=history.source, setting="lr"),
                f"at epoch {epoch} the learning rate rises from {rates[i - 1]:.3g} to {rates[i]:.3g} and the training loss from "
                f"{before:.3g} to {loss[i]:.3g} (should stay or fall), and it does not come back",
                (Measured("epoch of the jump", epoch), curves_of(history, "the rate is raised", float(epoch))),
                f"go on from the weights of epoch {int(history.epoch[i - 1])}",
            )
            return


def _lowest(values: Floats) -> float:
    return float(np.nanmin(values)) if np.isfinite(values).any() else float("nan")


def _run(rate: float, after: float) -> Facts:
    rows = [{"train/loss": 2.3 * 0.7**i if i < 8 else after, "lr/0": 0.02 if i < 8 else rate} for i in range(15)]
    return {"history": history_of(rows)}


@breaks_at_raised_rate.fires_on
def a_rate_of_five() -> Facts:
    return _run(5.0, 2.7)


@breaks_at_raised_rate.quiet_on
def a_restart_that_the_loss_bears() -> Facts:
    return _run(0.1, 0.15)


@breaks_at_raised_rate.quiet_on
def a_loss_that_breaks_alone() -> Facts:
    return _run(0.02, 2.7)
