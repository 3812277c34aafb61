"""T021: a graph that is used up was differentiated once more."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (r"Trying to backward through the graph a second time",)


@check("T021", level="error")
def graph_used_twice(recording: Recording) -> Iterator[Finding | Measured]:
    """A backward pass went through a graph that an earlier one has used up.

    ## Why is this bad?
    Something is carried from one step to the next with its graph: a running loss, a hidden state, features that were computed
    once before the loop. Or `backward` is called twice for one forward pass.

    ## How to fix
    Carry values without their graph: `state = state.detach()`, `total += loss.item()`. Compute features inside of the loop. Sum
    two losses and call `backward` once. `retain_graph=True` hides it and makes each step slower than the last.
    """
    yield from errors_like(recording, *PATTERNS)


@graph_used_twice.fires_on
def a_running_loss() -> Facts:
    return {"recording": raising("RuntimeError", "Trying to backward through the graph a second time")}


@graph_used_twice.quiet_on
def overwritten() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "one of the variables needed for gradient computation has been modified by an inplace operation",
        )
    }
