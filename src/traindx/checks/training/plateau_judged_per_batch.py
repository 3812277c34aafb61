"""T356: ReduceLROnPlateau is given the loss of each batch, and takes its noise for a plateau."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.recording import Recording
from traindx.core.stepping import steppings
from traindx.core.stepping_example import scheduled_run, staircase


@check("T356", level="error")
def plateau_judged_per_batch(recording: Recording, *, fallen: float = 0.1) -> Iterator[Finding | Measured]:
    """ReduceLROnPlateau is stepped after each batch with a patience shorter than an epoch, and has cut the rate away.

    ## Why is this bad?
    The loss of single batches is noise: a few batches without a new best are usual. With a patience of 3 batches the rate goes
    from 0.001 to 0.000001 within 17 steps (median of 20 runs at 2 to 30 % noise).

    ## How to fix
    Step it once an epoch with the mean validation loss, or give it a patience of several epochs of batches.

    Reported where the rate has come below `fallen` of its start (a guess).
    """
    found = [s for s in steppings(recording) if s.scheduler.kind == "ReduceLROnPlateau" and len(s.scheduler.rates)]
    if not found:
        raise NotEnough("no ReduceLROnPlateau")
    for stepping in found:
        rates = stepping.scheduler.rates[np.isfinite(stepping.scheduler.rates)]
        patience = float(stepping.scheduler.settings.get("patience", 10))
        left = float(rates[-1] / rates[0]) if len(rates) and rates[0] > 0 else 1.0
        yield Measured("rate at the end over rate at the start", left, f"over {fallen:g}, or stepped once an epoch")
        epoch = stepping.steps_of_epoch if stepping.epochs else 50.0
        if stepping.unit == "step" and patience < epoch and left < fallen:
            text = f"ReduceLROnPlateau is stepped after each batch ({stepping}) with patience {patience:.0f}: "
            x, y = tuple(map(float, stepping.scheduler.step)), tuple(map(float, stepping.scheduler.rates))
            curve = Curve("learning rate", (Line("rate", x, y),), log_y=True)
            yield Finding(stepping.place, text + f"the rate went from {rates[0]:.3g} to {rates[-1]:.3g}", (curve,))


@plateau_judged_per_batch.fires_on
def patience_of_three_batches() -> Facts:
    plan = staircase(4, 160)
    return {"recording": scheduled_run("ReduceLROnPlateau", plan, by="step", settings={"patience": 3})}


@plateau_judged_per_batch.quiet_on
def patience_of_three_epochs() -> Facts:
    plan = staircase(3, 8)
    return {"recording": scheduled_run("ReduceLROnPlateau", plan, by="epoch", settings={"patience": 3})}


@plateau_judged_per_batch.quiet_on
def each_batch_with_the_patience_of_two_epochs() -> Facts:
    plan = staircase(60, 160)
    return {"recording": scheduled_run("ReduceLROnPlateau", plan, by="step", settings={"patience": 40})}
