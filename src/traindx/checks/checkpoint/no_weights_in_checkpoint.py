"""S207: a checkpoint that holds no weights."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place


@check("S207", level="error")
def no_weights_in_checkpoint(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The file can be read, and there are no weights of a model in it.

    ## Why is this bad?
    Whatever loads it with `strict=False`, or through a key that is not there, goes on with the weights it was built with.

    ## How to fix
    Save `model.state_dict()`, with the parentheses; a file of the optimizer alone stands beside that of the model.
    """
    held = [tensor for _, tensor in checkpoint.weights]
    if checkpoint.damage:
        return
    if not held and (checkpoint.of("model") or not checkpoint.format.startswith("torch")):
        raise NotEnough("it keeps its weights in a form that is not read here")
    yield Measured("tensors of a model", len(held), "at least 1")
    if not held:
        others = ", ".join(f"{part} ({part.role})" for part in checkpoint.parts[:4]) or "no tensor at all"
        yield Finding(Place(path=checkpoint.path), f"the checkpoint holds no weights: {others}")


@no_weights_in_checkpoint.fires_on
def optimizer_alone() -> Facts:
    return saved(optimizer())


@no_weights_in_checkpoint.quiet_on
def weights_and_optimizer() -> Facts:
    return saved()
