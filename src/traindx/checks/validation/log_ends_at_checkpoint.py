"""V439: the console log ends at a checkpoint that does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.checkpoint_does_not_fit import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V439", level="error", preview=True)
def log_ends_at_checkpoint(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a checkpoint whose tensors do not fit the model or the optimizer.

    ## Why is this bad?
    The weights were saved from another architecture, or from a head of another number of classes.

    ## How to fix
    Leave the head's tensors out before loading (`strict=False` does not forgive another shape), or build the model as it was saved.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_checkpoint.fires_on
def a_head_of_another_width() -> Facts:
    return _ends("RuntimeError", "Error(s) in loading state_dict for ResNet:")


@log_ends_at_checkpoint.quiet_on
def a_file_that_is_cut() -> Facts:
    return _ends("RuntimeError", "PytorchStreamReader failed reading zip archive: failed finding central directory.")
