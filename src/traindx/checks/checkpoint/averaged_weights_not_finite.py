"""S203: the averaged weights (EMA) in a checkpoint are NaN or infinite, and the model's own are not."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import average, model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Tensor
from traindx.core.finding import Finding, Measured, Place

NAMED = 5


@check("S203", level="error")
def averaged_weights_not_finite(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The averaged weights (EMA) in the checkpoint are NaN or infinite.

    ## Why is this bad?
    An average never forgets a NaN: one bad step is enough, and every validation after it, and the model that is kept at the end,
    is of these weights, while the training itself may go on well.

    ## How to fix
    Begin the average anew from the model's weights where these are finite, and leave out steps whose gradients are not.
    """
    if not checkpoint.of("ema"):
        raise NotEnough("the checkpoint holds no averaged weights")
    well = not any(t.broken for part in checkpoint.of("model") for t in part.tensors)
    bad = [(part, t) for part in checkpoint.of("ema") for t in part.tensors if t.broken]
    yield Measured("averaged tensors with values that are not finite", len(bad), "0")
    for part, tensor in bad[:NAMED]:
        own = ", and the model's own weights are finite" if well and checkpoint.of("model") else ""
        text = (
            f"{tensor.name} in {part} holds {tensor.not_finite:,} of {tensor.numel:,} values that are not finite{own}"
        )
        fix = "set the average to the model's weights: ema.load_state_dict(model.state_dict())" if own else None
        yield Finding(Place(path=checkpoint.path, parameter=tensor.name), text, fix=fix)


@averaged_weights_not_finite.fires_on
def average_that_kept_a_bad_step() -> Facts:
    return saved(model(), average(Tensor("fc.weight", (10, 16), not_finite=160)))


@averaged_weights_not_finite.quiet_on
def average_that_is_finite() -> Facts:
    return saved(model(), average())
