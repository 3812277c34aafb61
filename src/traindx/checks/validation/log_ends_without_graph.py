"""V447: the console log ends at a loss that hangs on no parameter."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.nothing_to_differentiate import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V447", level="error", preview=True)
def log_ends_without_graph(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a loss that depends on no parameter that requires gradients.

    ## Why is this bad?
    Nothing can be learned: the graph is broken by `detach`, `no_grad`, `item` or numpy, or everything is frozen.

    ## How to fix
    Look from the loss back to the model for such a call, and at `requires_grad` of the parameters.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_without_graph.fires_on
def a_detached_loss() -> Facts:
    return _ends("RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn")


@log_ends_without_graph.quiet_on
def a_graph_used_twice() -> Facts:
    return _ends("RuntimeError", "Trying to backward through the graph a second time")
