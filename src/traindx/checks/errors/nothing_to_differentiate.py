"""T020: the loss hangs on no parameter."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"does not require grad and does not have a grad_fn",
    r"One of the differentiated Tensors does not require grad",
    r"One of the differentiated Tensors appears to not have been used in the graph",
)


@check("T020", level="error")
def nothing_to_differentiate(recording: Recording) -> Iterator[Finding | Measured]:
    """`backward` was called on a value that depends on no parameter that requires gradients.

    ## Why is this bad?
    There is nothing to learn from it: the way from the weights to the loss is cut, or all weights are frozen.

    ## How to fix
    Look for `.detach()`, `.item()`, `.data`, `.numpy()`, `argmax`, `torch.tensor(loss)` or `torch.no_grad()` between the
    model's output and the loss, and for `requires_grad = False` on everything.
    """
    yield from errors_like(recording, *PATTERNS)


@nothing_to_differentiate.fires_on
def the_loss_is_detached() -> Facts:
    return {
        "recording": raising("RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn")
    }


@nothing_to_differentiate.quiet_on
def backward_twice() -> Facts:
    return {"recording": raising("RuntimeError", "Trying to backward through the graph a second time")}
