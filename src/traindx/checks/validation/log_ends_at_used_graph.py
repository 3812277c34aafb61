"""V445: the console log ends at a graph that was used up."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.graph_used_twice import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V445", level="error", preview=True)
def log_ends_at_used_graph(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a graph that was differentiated once more.

    ## Why is this bad?
    A loss of an earlier step is part of this one, or `backward` is called twice on one forward pass.

    ## How to fix
    `loss.detach()` or `.item()` for what is kept from step to step; one `backward` on the sum of the losses.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_used_graph.fires_on
def a_loss_that_is_kept() -> Facts:
    return _ends("RuntimeError", "Trying to backward through the graph a second time")


@log_ends_at_used_graph.quiet_on
def no_graph_at_all() -> Facts:
    return _ends("RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn")
