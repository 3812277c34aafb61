"""S214: a checkpoint with an optimizer's state that does not say how far the training was."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place


@check("S214", level="note")
def progress_not_saved(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The checkpoint keeps the optimizer's state, and neither epoch nor step.

    ## Why is this bad?
    A resume counts from zero: it trains all epochs once more, and a schedule that is set by the epoch begins anew.

    ## How to fix
    Save the epoch, and go on with the next one. Some keep it in the file's name.
    """
    if not checkpoint.of("optimizer"):
        raise NotEnough("the checkpoint holds no state of an optimizer")
    counted = checkpoint.counter
    yield Measured("epoch or step", "none" if counted is None else f"{counted[0]} {counted[1]}")
    yield Measured("random states", len(checkpoint.of("random")))
    if counted is None:
        text = "the checkpoint keeps the optimizer's state, and neither epoch nor step"
        yield Finding(Place(path=checkpoint.path, setting="epoch"), text, fix='save {"epoch": epoch}')


@progress_not_saved.fires_on
def optimizer_without_epoch() -> Facts:
    return saved(model(), optimizer(), epoch=None)


@progress_not_saved.quiet_on
def optimizer_with_epoch() -> Facts:
    return saved()
