"""S202: saved weights of the model are NaN or infinite."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import average, model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Tensor
from traindx.core.finding import Finding, Measured, Place

NAMED = 5
STATISTICS = ("running_mean", "running_var")


@check("S202", level="error")
def saved_weights_not_finite(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """Weights in the checkpoint are NaN or infinite.

    ## Why is this bad?
    Every output that such a weight reaches is NaN, and so is the first loss of whatever starts from this file. The training that
    wrote it broke before.

    ## How to fix
    Go back to the last checkpoint that is finite, and look for what broke the run between the two.
    Statistics of batch norms are looked at by S222, averaged weights by S203.
    """
    weights = [(p, t) for p in checkpoint.of("model") for t in p.tensors if not t.name.endswith(STATISTICS)]
    if not weights:
        raise NotEnough("the checkpoint holds no weights of a model")
    bad = [(part, tensor) for part, tensor in weights if tensor.broken]
    yield Measured("tensors of the model with values that are not finite", len(bad), "0")
    for part, tensor in bad[:NAMED]:
        count = f"{tensor.not_finite:,} of {tensor.numel:,} values"
        others = f"; so are {len(bad) - 1} more tensors of {len(weights)}" if len(bad) > 1 else ""
        text = f"{tensor.name} in {part} holds {count} that are NaN or infinite{others}"
        yield Finding(Place(path=checkpoint.path, parameter=tensor.name), text)


@saved_weights_not_finite.fires_on
def weight_that_is_nan() -> Facts:
    return saved(model(Tensor("conv.weight", (16, 3, 3, 3), not_finite=432)))


@saved_weights_not_finite.quiet_on
def weights_that_are_finite() -> Facts:
    return saved()


@saved_weights_not_finite.quiet_on
def mask_of_attention() -> Facts:
    return saved(model(Tensor("attn_mask", (8, 8), not_finite=28)))


@saved_weights_not_finite.quiet_on
def average_alone_that_is_not() -> Facts:
    return saved(model(), average(Tensor("conv.weight", (16, 3, 3, 3), not_finite=1)))
