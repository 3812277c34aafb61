"""S215: the saved optimizer has taken no step, though the training has."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import SCHEDULE, model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Part
from traindx.core.finding import Finding, Measured, Place

AVERAGING = ("betas", "beta2_decay", "alpha", "lr_decay", "exp_avg")
"""Settings of optimizers that keep averages for each parameter: Adam and its kin, RMSprop, Adagrad."""


@check("S215", level="warning")
def optimizer_state_empty(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The saved optimizer holds settings and no averages, though epochs of training went before.

    ## Why is this bad?
    It was built anew before it was saved, or it is not the one that trains: a resume from it begins without momentum, and the
    training that wrote it may never have stepped the optimizer that it saves.

    ## How to fix
    Save the optimizer that takes the steps, and build it once, before the loop. Plain SGD without momentum keeps nothing.
    """
    optimizers = checkpoint.of("optimizer")
    counted = checkpoint.counter
    if not optimizers or counted is None or counted[1] < 1:
        raise NotEnough("the checkpoint holds no optimizer, or does not say that an epoch went before")
    yield Measured("tensors of the optimizer", sum(len(part.tensors) for part in optimizers))
    for part in optimizers:
        if part.tensors or part.values or not any(_keeps_averages(group) for group in part.groups):
            continue
        text = f"{part} holds no averages of any parameter, though {counted[0]} {counted[1]} is saved beside it"
        yield Finding(Place(path=checkpoint.path, setting=str(part)), text)


def _keeps_averages(group: object) -> bool:
    held = group if isinstance(group, dict) else {}
    return bool(held.get("momentum")) or any(key in held for key in AVERAGING)


def _new_optimizer(**settings: float) -> Part:
    return Part("optimizer", "optimizer", groups=({"lr": 0.1, "params": 5, **settings},))


@optimizer_state_empty.fires_on
def optimizer_built_anew() -> Facts:
    return saved(model(), _new_optimizer(momentum=0.9), SCHEDULE)


@optimizer_state_empty.quiet_on
def optimizer_with_averages() -> Facts:
    return saved(model(), optimizer(), SCHEDULE)


@optimizer_state_empty.quiet_on
def plain_gradient_descent() -> Facts:
    return saved(model(), _new_optimizer(momentum=0), SCHEDULE)
