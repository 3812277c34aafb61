"""V440: the console log ends at tensors of different types."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.tensors_of_different_types import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V440", level="error", preview=True)
def log_ends_at_types(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at an operation that was given numbers of a type that it does not take.

    ## Why is this bad?
    Doubles from numpy, bytes of pictures, halves beside floats, or floats where class ids are asked for.

    ## How to fix
    Inputs to `.float()`, class ids to `.long()`, and no `.half()` outside of autocast.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_types.fires_on
def bytes_into_a_convolution() -> Facts:
    return _ends("RuntimeError", "Input type (unsigned char) and bias type (float) should be the same")


@log_ends_at_types.quiet_on
def other_shapes() -> Facts:
    return _ends("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (3x5 and 4x2)")
