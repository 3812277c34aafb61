"""S210: a checkpoint to go on from, without the state of the optimizer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.checks.checkpoint.example import SCHEDULE, model, optimizer, saved
from traindx.core.check import Facts, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place

TO_GO_ON = re.compile(r"(^|[^a-z])(last|latest|resume|recovery|interrupted|autosave)([^a-z]|$)")
"""Names under which trainings keep what they go on from."""


@check("S210", level="warning")
def optimizer_not_saved(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The checkpoint is one to go on from, and the state of the optimizer is not in it.

    ## Why is this bad?
    A resume begins without momentum and averages: the loss jumps in the first steps, and what the last epochs gained is lost.
    A checkpoint that keeps the schedule, the loss scale or the epoch and is named as the last one is meant to go on from.

    ## How to fix
    Save `optimizer.state_dict()` beside the weights. A file for use after training needs none, and none is missed in a file that
    does not say how far the training was, or whose epoch is -1, as Ultralytics writes at the end.
    """
    held = checkpoint.of("optimizer")
    counted = checkpoint.counter
    begun = counted is not None and counted[1] >= 0
    reasons = [str(part) for part in checkpoint.of("scheduler", "scaler") if part.role != "scaler" or part.values]
    name = checkpoint.path.replace("\\", "/").rpartition("/")[2]
    if counted is not None and begun and (TO_GO_ON.search(name.lower()) or checkpoint.format == "folder"):
        reasons.append(f"{counted[0]} {counted[1]}")
    yield Measured("signs that a training would go on from it", len(reasons))
    if not reasons and not held:
        return
    kept = checkpoint.settings.get("save_only_model") is True or any(part.role == "optimizer" for part in held)
    yield Measured("states of an optimizer", len(held), "at least 1")
    if not kept:
        text = f"{name} keeps {' and '.join(reasons)} to go on from, and no state of the optimizer"
        yield Finding(
            Place(path=checkpoint.path, setting="optimizer"), text, fix='save {"optimizer": optimizer.state_dict()}'
        )


@optimizer_not_saved.fires_on
def schedule_without_optimizer() -> Facts:
    return saved(model(), SCHEDULE)


@optimizer_not_saved.fires_on
def last_epoch_without_optimizer() -> Facts:
    return saved(model(), path="runs/last.pt", epoch=7)


@optimizer_not_saved.quiet_on
def all_that_is_needed() -> Facts:
    return saved(model(), optimizer(), SCHEDULE)


@optimizer_not_saved.quiet_on
def best_weights_for_use() -> Facts:
    return saved(model(), path="best.pt", epoch=7)


@optimizer_not_saved.quiet_on
def stripped_at_the_end() -> Facts:
    return saved(model(), path="last.pt", epoch=-1, writer="ultralytics")
