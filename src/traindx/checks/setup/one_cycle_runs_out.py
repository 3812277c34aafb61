"""S154: a one-cycle schedule that is stepped more often than it has steps."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import BATCHES, EPOCHS, Text, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.schedules import Plan, plans_of
from traindx.core.setup import Setup


@check("S154", level="error")
def one_cycle_runs_out(setup: Setup, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """`OneCycleLR` is built for fewer epochs than the loop has.

    ## Why is this bad?
    The training stops in the middle: past its last step it raises `ValueError: Tried to step ... times`.

    ## How to fix
    `epochs` of the schedule must be those of the loop: use one variable for both.
    """
    if recording is not None and recording.ending == "finished":
        raise NotEnough("the training ended without an error")
    known = [(p, n, p.epochs) for p in plans_of(setup.text) if (n := _epochs(p)) is not None and p.epochs]
    if not known:
        raise NotEnough("no one-cycle schedule of known length is stepped in a loop that can be followed")
    for plan, planned, epochs in known:
        yield Measured("epochs of the schedule", planned, f"{epochs}, those of the loop")
        if epochs is not None and planned < epochs:
            text = (
                f"OneCycleLR is planned for {planned:g} epochs, and the loop has {epochs}: it raises after {planned:g}"
            )
            yield Finding(plan.place, text, fix=f"epochs={epochs}")


def _epochs(plan: Plan) -> float | None:
    """How many epochs it is planned for, where the text tells that."""
    if plan.call.name != "OneCycleLR" or not plan.stepped:
        return None
    if plan.call.text("total_steps", 2) in ("", "None"):
        counts = "len(" in plan.call.text("steps_per_epoch", 4)
        return plan.number("epochs", 3) if counts and plan.stepped == "batch" else None
    return plan.number("total_steps", 2) if plan.stepped == "epoch" else None


@one_cycle_runs_out.fires_on
def ten_of_a_hundred_epochs() -> Facts:
    return stepping("OneCycleLR", EPOCHS, BATCHES, max_lr=0.1, epochs=10, steps_per_epoch=Text("len(loader)"))


@one_cycle_runs_out.quiet_on
def as_many_as_the_loop() -> Facts:
    return stepping("OneCycleLR", EPOCHS, BATCHES, max_lr=0.1, epochs=100, steps_per_epoch=Text("len(loader)"))
