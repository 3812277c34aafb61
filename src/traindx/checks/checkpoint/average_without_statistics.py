"""S223: averaged weights whose batch norms still have the statistics of new layers."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import average, model, saved
from traindx.checks.checkpoint.statistics_never_moved import NEW
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place
from traindx.core.saved_norms import saved_norms

NAMED = 3


@check("S223", level="error")
def average_without_statistics(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The averaged weights have batch norms as new, and the model's own have measured statistics.

    ## Why is this bad?
    Only parameters were averaged. The average is validated with mean 0 and variance 1 in place of what the data have, and looks
    far worse than it is.

    ## How to fix
    Average buffers too (`AveragedModel(model, use_buffers=True)`), copy the model's, or compute them anew with `update_bn`.
    """
    own = {norm.layer.removeprefix("module."): norm for part in checkpoint.of("model") for norm in saved_norms(part)}
    norms = [norm for part in checkpoint.of("ema") for norm in saved_norms(part)]
    if not own or not norms:
        raise NotEnough("the checkpoint does not hold both a model and its average with running statistics")
    pairs = [(norm, own.get(norm.layer.removeprefix("module."))) for norm in norms]
    stale = [norm for norm, theirs in pairs if theirs is not None and norm.at_start and not theirs.at_start]
    yield Measured("averaged batch norms with statistics as new", len(stale), f"0 of {len(norms)}")
    for norm in stale[:NAMED]:
        text = f"the average of {norm.layer} has running mean 0 and variance 1, and the model's own has others"
        yield Finding(
            Place(path=checkpoint.path, layer=norm.layer),
            text,
            fix="AveragedModel(model, use_buffers=True), or update_bn",
        )


@average_without_statistics.fires_on
def average_of_parameters_alone() -> Facts:
    return saved(model(), average(*NEW))


@average_without_statistics.quiet_on
def average_of_all() -> Facts:
    return saved(model(), average())
