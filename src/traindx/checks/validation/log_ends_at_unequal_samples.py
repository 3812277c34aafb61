"""V483: the console log ends at samples that do not stack."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.samples_do_not_stack import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V483", level="error", preview=True)
def log_ends_at_unequal_samples(history: History) -> Iterator[Finding | Measured]:
    """The console log ends where the samples of a batch do not have one shape or form.

    ## Why is this bad?
    A batch is one tensor: pictures of several sizes, lists of boxes, `None` and Pillow pictures cannot be stacked.

    ## How to fix
    `Resize((224, 224))` with both sides (one number keeps the aspect), a `collate_fn` that keeps boxes as a list, `ToTensor()`.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_unequal_samples.fires_on
def pictures_of_two_sizes() -> Facts:
    return _ends(
        "RuntimeError", "stack expects each tensor to be equal size, but got [3, 4] at entry 0 and [3, 5] at entry 1"
    )


@log_ends_at_unequal_samples.quiet_on
def a_layer_of_another_width() -> Facts:
    return _ends("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (3x5 and 4x2)")
