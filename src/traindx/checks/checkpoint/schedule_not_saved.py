"""S211: a schedule changed the rate of the saved optimizer, and its state is not in the checkpoint."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import SCHEDULE, model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place

FROM_THE_EPOCH = ("ultralytics", "yolov5", "timm")
"""These set their schedules to the saved epoch when they resume, and save none (`engine/trainer.py`, `train.py` of each)."""


@check("S211", level="warning")
def schedule_not_saved(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """A schedule was at work on the saved optimizer, and its state is not in the checkpoint.

    ## Why is this bad?
    A resume builds the schedule anew: the rate is back at its highest, or at its warm-up, and undoes what the late, small steps
    had gained. That a schedule was there shows in the optimizer: it keeps `initial_lr`, which schedules of torch write.

    ## How to fix
    Save `scheduler.state_dict()` and give it back. Who builds the schedule with `last_epoch=` the saved epoch needs none.
    """
    optimizers = checkpoint.of("optimizer")
    if not optimizers:
        raise NotEnough("the checkpoint holds no state of an optimizer")
    groups = [group for part in optimizers for group in part.groups]
    planned = [group for group in groups if "initial_lr" in group]
    saved_too = checkpoint.of("scheduler")
    yield Measured("groups of the optimizer that a schedule sets", len(planned))
    yield Measured("states of a schedule", len(saved_too), "at least 1" if planned else "")
    if planned and not saved_too and checkpoint.writer not in FROM_THE_EPOCH:
        first, now = planned[0].get("initial_lr"), planned[0].get("lr")
        text = f"a schedule brought the rate from {first:g} to {now:g}, and its state is not in the checkpoint"
        yield Finding(
            Place(path=checkpoint.path, setting="scheduler"), text, fix='save {"scheduler": scheduler.state_dict()}'
        )


@schedule_not_saved.fires_on
def rate_that_a_schedule_set() -> Facts:
    return saved(model(), optimizer(lr=1e-5))


@schedule_not_saved.quiet_on
def schedule_beside_it() -> Facts:
    return saved(model(), optimizer(), SCHEDULE)


@schedule_not_saved.quiet_on
def schedule_that_is_set_by_the_epoch() -> Facts:
    return saved(model(), optimizer(), writer="timm")
