"""V446: the console log ends at a tensor that was overwritten."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.saved_tensor_overwritten import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V446", level="error", preview=True)
def log_ends_at_overwritten_tensor(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a tensor that the backward pass needs and that was changed in place.

    ## Why is this bad?
    An operation such as `+=`, `relu_` or an optimizer's step changed it after the forward pass.

    ## How to fix
    Write `x = x + y`, `ReLU(inplace=False)`, and step after all backward passes.
    `torch.autograd.set_detect_anomaly(True)` names the line.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_overwritten_tensor.fires_on
def a_sum_in_place() -> Facts:
    return _ends(
        "RuntimeError", "one of the variables needed for gradient computation has been modified by an inplace operation"
    )


@log_ends_at_overwritten_tensor.quiet_on
def no_graph_at_all() -> Facts:
    return _ends("RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn")
