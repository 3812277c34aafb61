"""S204: the saved state of the optimizer holds NaN or infinite values."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Tensor
from traindx.core.finding import Finding, Measured, Place

NAMED = 5


@check("S204", level="error")
def optimizer_state_not_finite(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """Averages in the saved optimizer are NaN or infinite.

    ## Why is this bad?
    The weights may still be finite, and the first step of a resume makes them NaN: the update is computed from these averages.

    ## How to fix
    Resume from an earlier checkpoint, or from the weights alone with a new optimizer, and clip gradients or leave out steps
    whose gradients are not finite.
    """
    tensors = [(part, t) for part in checkpoint.of("optimizer") for t in part.tensors]
    if not tensors:
        raise NotEnough("the checkpoint holds no state of an optimizer")
    bad = [(part, t) for part, t in tensors if t.not_finite]
    yield Measured("optimizer tensors with values that are not finite", len(bad), "0")
    for part, tensor in bad[:NAMED]:
        index, _, name = tensor.name.rpartition(".")
        text = f"{name} of parameter {index} in {part} holds {tensor.not_finite:,} of {tensor.numel:,} values that are not finite"
        yield Finding(Place(path=checkpoint.path, parameter=tensor.name), text)


@optimizer_state_not_finite.fires_on
def second_moment_that_overflowed() -> Facts:
    return saved(model(), optimizer(Tensor("0.exp_avg", (16, 3, 3, 3), not_finite=3)))


@optimizer_state_not_finite.quiet_on
def state_that_is_finite() -> Facts:
    return saved()
