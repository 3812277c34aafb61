"""S201: the file is cut, or its bytes are not those that were written."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, saved
from traindx.core.check import Facts, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place

NAMED = 5


@check("S201", level="error")
def checkpoint_damaged(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The checkpoint is cut or damaged: parts of the archive are missing, or their checksums do not fit.

    ## Why is this bad?
    `torch.load` ends with `PytorchStreamReader failed` or `unexpected EOF`; a damaged tensor that still loads gives wrong
    weights without a word.

    ## How to fix
    Go back to an earlier checkpoint, or copy the file again. Save under a temporary name and rename it, so that a process that
    is killed while it writes leaves the old file whole.
    """
    yield Measured("parts of the archive that are damaged", len(checkpoint.damage), "0")
    for told in checkpoint.damage[:NAMED]:
        yield Finding(Place(path=checkpoint.path), told, fix="take an earlier checkpoint, or copy this one again")


@checkpoint_damaged.fires_on
def archive_that_ends_early() -> Facts:
    return saved(model(), damage=("the archive is cut at 30,000 bytes: its directory, which ends it, is not there",))


@checkpoint_damaged.quiet_on
def archive_that_is_whole() -> Facts:
    return saved()
