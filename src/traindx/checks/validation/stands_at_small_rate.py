"""V426: nothing was learned, at a learning rate that is far too small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.logged_rate import asked_rate, is_adaptive, rates_of, usual_rate
from traindx.checks.validation.standstill import standstill_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("V426", level="warning", preview=True)
def stands_at_small_rate(
    history: History,
    setup: Setup | None = None,
    recording: Recording | None = None,
    *,
    epochs: int = 5,
    small: float = 1e-5,
    small_for_sgd: float = 1e-4,
) -> Iterator[Finding | Measured]:
    """The training stands still, and its learning rate is far below what any optimizer needs.

    ## Why is this bad?
    Each step moves the weights by next to nothing: the run would need thousands of times as many.

    ## How to fix
    Raise the rate: 0.001 for Adam, 0.01 to 0.1 for SGD with momentum, a tenth of these to fine-tune.

    The median rate of the first half of the log, or the one among the settings, is below `small`, for SGD by its name below
    `small_for_sgd` (guesses; Adam fine-tunes at 0.00001). Said only of a log that stands still.
    """
    rate = usual_rate(history, setup)
    if recording is not None or rate is None:
        raise NotEnough("needs a log or settings with the learning rate")
    bound = small_for_sgd if is_adaptive(setup) is False else small
    yield Measured("learning rate", rate, f"above {bound:g}")
    still = standstill_of(history, epochs)
    rates = rates_of(history)[: len(history) // 2 + 1]
    top = max(float(np.nanmax(rates)), asked_rate(setup) or 0.0) if len(rates) else 0.0
    falling = len(rates) > 0 and float(np.nanmin(rates)) < 0.01 * top  # V428 tells of a schedule
    if still is not None and not still.shot_up and not falling and 0 <= rate < bound:
        yield Finding(
            Place(path=history.source, setting="lr"),
            f"{still.words} at a learning rate of {rate:.3g} (should be above {bound:g})",
            (Measured("learning rate", rate, f"above {bound:g}"),),
        )


def _run(rate: float, fall: float = 0.0) -> Facts:
    rows = [{"train/loss": 2.35 - fall * i, "metric/accuracy": 0.04 + fall * i, "lr/0": rate} for i in range(12)]
    return {"history": history_of(rows)}


@stands_at_small_rate.fires_on
def a_ten_millionth() -> Facts:
    return _run(1e-7)


@stands_at_small_rate.quiet_on
def a_small_rate_that_fine_tunes() -> Facts:
    return _run(5e-6, fall=0.05)


@stands_at_small_rate.quiet_on
def a_standstill_at_an_ordinary_rate() -> Facts:
    return _run(0.01)
