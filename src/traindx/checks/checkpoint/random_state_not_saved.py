"""S217: a checkpoint to go on from, without the state of the random numbers."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import RANDOM, SCHEDULE, model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place

LEFT_OUT = ("ultralytics", "yolov5", "lightning", "timm", "openmmlab")
"""Writers that never save it: nothing that one could have forgotten."""


@check("S217", level="note")
def random_state_not_saved(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The checkpoint keeps what a training goes on from, and no state of its random numbers.

    ## Why is this bad?
    It is common, and does no harm to most trainings. A resume that sets the seed again draws the order and the augmentation of the
    first epochs once more; one that does not is another training than the one that was not interrupted, so that the two cannot
    be compared step by step.

    ## How to fix
    Save `torch.get_rng_state()`, `torch.cuda.get_rng_state_all()` and the states of `numpy` and `random`, and give them back; or
    set the seed from the epoch. Ultralytics, Lightning, timm and MMEngine never save it, and nothing is said of their files.
    """
    if not checkpoint.of("optimizer"):
        raise NotEnough("the checkpoint is not one that a training would go on from")
    found = checkpoint.of("random")
    yield Measured("states of random numbers", len(found))
    if not found and checkpoint.writer not in LEFT_OUT:
        text = "the checkpoint keeps the optimizer's state, and none of the random numbers: a resume draws others"
        yield Finding(Place(path=checkpoint.path, setting="rng"), text, fix='save {"rng": torch.get_rng_state()}')


@random_state_not_saved.fires_on
def all_but_the_random_numbers() -> Facts:
    return saved(model(), optimizer(), SCHEDULE)


@random_state_not_saved.quiet_on
def with_the_random_numbers() -> Facts:
    return saved(model(), optimizer(), SCHEDULE, RANDOM)


@random_state_not_saved.quiet_on
def of_ultralytics() -> Facts:
    return saved(model(), optimizer(), writer="ultralytics")
