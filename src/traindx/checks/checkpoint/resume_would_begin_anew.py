"""S218: weights and an epoch, and nothing else that a training goes on from."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, optimizer, saved
from traindx.checks.checkpoint.optimizer_not_saved import TO_GO_ON
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place


@check("S218", level="note")
def resume_would_begin_anew(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The checkpoint says at which epoch it was written, and keeps the weights alone.

    ## Why is this bad?
    It is right for a model to be used, and for a fine-tuning. A training that goes on from it begins without the optimizer's
    averages and at the schedule's start, though the epoch says that it goes on.

    ## How to fix
    Go on from a checkpoint that keeps the optimizer and the schedule as well. One that is named as the last one, or keeps a
    schedule, is judged by S210.
    """
    counted, name = checkpoint.counter, checkpoint.path.replace("\\", "/").rpartition("/")[2]
    if checkpoint.writer != "pytorch" or checkpoint.format == "folder":
        raise NotEnough("the checkpoint is of a library, which says itself what it goes on from")
    states = checkpoint.of("optimizer", "scheduler", "scaler")
    yield Measured("states of optimizer, schedule and loss scale", len(states))
    if counted is not None and counted[1] > 0 and not states and not TO_GO_ON.search(name.lower()):
        text = (
            f"{name} keeps {counted[0]} {counted[1]} and the weights alone: a training that goes on from it begins anew"
        )
        yield Finding(Place(path=checkpoint.path, setting="optimizer"), text)


@resume_would_begin_anew.fires_on
def best_weights_with_their_epoch() -> Facts:
    return saved(model(), path="best.pt", epoch=7)


@resume_would_begin_anew.quiet_on
def weights_alone() -> Facts:
    return saved(model(), path="best.pt", epoch=None)


@resume_would_begin_anew.quiet_on
def all_that_is_needed() -> Facts:
    return saved(model(), optimizer(), path="best.pt", epoch=7)
