"""V424: another learning rate was asked for than the log shows: `optimizer=auto` chose its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.number import number_of
from traindx.core.setup import Setup

DEFAULT = 0.01
"""`lr0` of Ultralytics where none is asked for."""


@check("V424", level="warning", preview=True)
def rate_asked_for_not_used(history: History, setup: Setup, *, share: float = 0.1) -> Iterator[Finding | Measured]:
    """`lr0` was set, `optimizer` left at `auto`, and the highest rate in the log is another.

    ## Why is this bad?
    The setting has no effect: `auto` chooses optimizer and rate by the number of steps and classes. Runs with different
    `lr0` are the same run.

    ## How to fix
    Name the optimizer: `optimizer=SGD lr0=0.01` or `optimizer=AdamW lr0=0.001`.

    args.yaml holds every setting, asked for or not: only an `lr0` that is not the default of 0.01 was asked for. `share` is
    the difference that rounding and the first steps of a decay make; a guess.
    """
    rates = [lr[np.isfinite(lr)] for lr in history.lr.values() if np.isfinite(lr).any()]
    asked = number_of(str(setup.settings.get("lr0")))
    if setup.framework != "ultralytics" or not rates or asked is None or len(history) < 5:
        raise NotEnough("needs lr0 among the settings, and the rates of five epochs")
    highest = max(float(lr.max()) for lr in rates)
    yield Measured("highest rate in the log", highest, f"{asked:g} or less")
    automatic = str(setup.settings.get("optimizer", "auto")).lower() == "auto"
    if automatic and asked != DEFAULT and highest > (1 + share) * asked:
        yield Finding(
            Place(setting="lr0"),
            f"lr0={asked:g} was asked for and the log shows rates up to {highest:.3g}: optimizer=auto ignores lr0",
            (Measured("highest rate in the log", highest, f"{asked:g}"),),
            f"add optimizer=AdamW lr0={asked:g}",
        )


def _run(lr0: float, optimizer: str, rate: float) -> Facts:
    rows = [{"train/box": 1.0, "lr/pg0": rate * (1 - 0.05 * i)} for i in range(8)]
    setup = Setup((), "", "ultralytics", {"lr0": lr0, "optimizer": optimizer})
    return {"history": history_of(rows), "setup": setup}


@rate_asked_for_not_used.fires_on
def a_tenth_of_the_rate_that_auto_chose() -> Facts:
    return _run(0.0001, "auto", 0.00122)


@rate_asked_for_not_used.quiet_on
def the_default_with_auto() -> Facts:
    return _run(0.01, "auto", 0.00122)


@rate_asked_for_not_used.quiet_on
def a_named_optimizer() -> Facts:
    return _run(0.0001, "SGD", 0.0001)
