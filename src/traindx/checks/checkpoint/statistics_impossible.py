"""S222: running statistics that no data can have: a negative variance, or numbers that are not finite."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Tensor
from traindx.core.finding import Finding, Measured, Place
from traindx.core.saved_norms import saved_norms

NAMED = 3


@check("S222", level="error")
def statistics_impossible(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """Running statistics of batch norms are negative where they are variances, or not finite.

    ## Why is this bad?
    Evaluation divides by the root of the variance: every output is NaN, while training, which normalises by the batch, goes on.
    One batch that is not finite leaves such statistics behind for good.

    ## How to fix
    Compute the statistics anew with `torch.optim.swa_utils.update_bn`, and look for the batch that was not finite. A negative
    variance comes from averages of weights that subtract, or from a file that was written by hand.
    """
    norms = [(part, norm) for part in checkpoint.of("model", "ema") for norm in saved_norms(part)]
    if not norms:
        raise NotEnough("the checkpoint holds no running statistics")
    bad = [(p, n) for p, n in norms if n.mean.not_finite or n.variance.not_finite or (n.variance.low or 0.0) < 0]
    yield Measured("batch norms with impossible statistics", len(bad), f"0 of {len(norms)}")
    for part, norm in bad[:NAMED]:
        broken = norm.mean.not_finite + norm.variance.not_finite
        what = (
            f"{broken} running statistics that are not finite"
            if broken
            else f"a running variance of {norm.variance.low:.3g}"
        )
        yield Finding(Place(path=checkpoint.path, layer=norm.layer), f"{norm.layer} in {part} has {what}")


@statistics_impossible.fires_on
def statistics_after_a_bad_batch() -> Facts:
    return saved(model(Tensor("bn.running_mean", (16,), not_finite=16)))


@statistics_impossible.fires_on
def variance_below_zero() -> Facts:
    return saved(model(Tensor("bn.running_var", (16,), low=-0.2, high=1.0)))


@statistics_impossible.quiet_on
def statistics_of_the_data() -> Facts:
    return saved()
