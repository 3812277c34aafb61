"""S221: a batch norm's scale and shift were trained, and its running statistics were never measured."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, saved
from traindx.checks.checkpoint.statistics_never_moved import NEW, SAME
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Tensor
from traindx.core.finding import Finding, Measured, Place
from traindx.core.saved_norms import saved_norms

NAMED = 3
NONE_COUNTED = Tensor("bn.num_batches_tracked", (), "int64", constant=0.0, low=0.0, high=0.0)


@check("S221", level="warning")
def statistics_never_measured(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """Batch norms have a trained scale and shift, and running statistics that no batch has touched.

    ## Why is this bad?
    Either the model was trained in evaluation mode throughout, so that its batch norms normalised nothing, or the statistics
    were lost on the way into this file, and evaluation uses 0 and 1 in place of what training saw.

    ## How to fix
    Call `model.train()` before the training steps, and save `state_dict()`, which holds buffers, not `parameters()` alone.
    Layers whose scale or shift is as new were not used, and are left alone; so are files that show no training: RepVGG begins
    with scales and shifts that are drawn.
    """
    norms = [(part, norm) for part in checkpoint.of("model") for norm in saved_norms(part)]
    if not norms:
        raise NotEnough("the checkpoint holds no running statistics")
    stale = [
        (part, norm)
        for part, norm in norms
        if checkpoint.trained and norm.at_start and norm.learned and not norm.updates
    ]
    yield Measured("batch norms that learned without statistics", len(stale), f"0 of {len(norms)}")
    for _, norm in stale[:NAMED]:
        times = f"updated {norm.updates or 0} times"
        text = f"{norm.layer} has a trained scale and shift, and its running statistics are 0 and 1, {times}"
        yield Finding(Place(path=checkpoint.path, layer=norm.layer), text)


@statistics_never_measured.fires_on
def trained_in_evaluation_mode() -> Facts:
    return saved(model(*NEW, NONE_COUNTED))


@statistics_never_measured.quiet_on
def new_model_with_drawn_scales() -> Facts:
    return saved(model(*NEW, NONE_COUNTED), epoch=None)


@statistics_never_measured.quiet_on
def layer_that_was_not_used() -> Facts:
    return saved(model(*NEW, *SAME, NONE_COUNTED))


@statistics_never_measured.quiet_on
def statistics_from_another_framework() -> Facts:
    return saved(model(NONE_COUNTED))
