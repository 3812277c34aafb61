"""S220: running statistics of a batch norm were updated, and are still those of a new layer."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Part, Tensor
from traindx.core.finding import Finding, Measured, Place
from traindx.core.saved_norms import saved_norms

NAMED = 3
NEW = (
    Tensor("bn.running_mean", (16,), constant=0.0, low=0.0, high=0.0),
    Tensor("bn.running_var", (16,), constant=1.0, low=1.0, high=1.0),
)
SAME = (Tensor("bn.weight", (16,), constant=1.0), Tensor("bn.bias", (16,), constant=0.0))


@check("S220", level="error")
def statistics_never_moved(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """Batch norms counted updates of their running statistics, and these are 0 and 1 as in a new layer.

    ## Why is this bad?
    Training normalises by the batch, evaluation by these statistics: with mean 0 and variance 1 it does not normalise at all, and
    a model that trains well fails every validation.

    ## How to fix
    Give the layers a momentum above 0 (torch's is 0.1, the share of the new batch), or compute the statistics anew with
    `torch.optim.swa_utils.update_bn` and save again.
    """
    norms = [(part, norm) for part in checkpoint.of("model") for norm in saved_norms(part)]
    if not norms:
        raise NotEnough("the checkpoint holds no running statistics")
    stale = [(part, norm) for part, norm in norms if norm.at_start and norm.updates]
    yield Measured("batch norms that were updated and stayed as new", len(stale), f"0 of {len(norms)}")
    for _, norm in stale[:NAMED]:
        stayed = f"its running mean is 0 and its variance 1 in all {norm.mean.numel} channels"
        text = f"{norm.layer} counts {norm.updates:,} updates, and {stayed}"
        yield Finding(Place(path=checkpoint.path, layer=norm.layer), text, fix="set momentum to 0.1, or use update_bn")


@statistics_never_moved.fires_on
def momentum_of_zero() -> Facts:
    return saved(model(*NEW))


@statistics_never_moved.quiet_on
def statistics_of_the_data() -> Facts:
    return saved()


@statistics_never_moved.quiet_on
def model_before_its_first_step() -> Facts:
    return saved(Part("", "model", (*NEW, *SAME, Tensor("bn.num_batches_tracked", (), "int64", high=0.0))), epoch=None)
