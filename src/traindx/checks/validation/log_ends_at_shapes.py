"""V433: the console log ends at shapes that do not fit."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.shapes_do_not_fit import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V433", level="error", preview=True)
def log_ends_at_shapes(history: History) -> Iterator[Finding | Measured]:
    """The console log ends with two tensors, or a tensor and a layer, whose shapes do not fit.

    ## Why is this bad?
    A layer was built for another size of picture, number of channels or number of classes than it is given.

    ## How to fix
    `traindx run -- COMMAND` records the shapes of inputs and layers. Print the shape before the layer that is named.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_shapes.fires_on
def a_linear_layer() -> Facts:
    return _ends("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (64x512 and 256x10)")


@log_ends_at_shapes.quiet_on
def another_error() -> Facts:
    return _ends("RuntimeError", "expected scalar type Half but found Float")
