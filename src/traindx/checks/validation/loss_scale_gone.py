"""V454: the loss scale of half precision has fallen to its least."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V454", level="warning", preview=True)
def loss_scale_gone(history: History) -> Iterator[Finding | Measured]:
    """The console log tells of a loss scale that was halved down to below 1, or to its least.

    ## Why is this bad?
    The scale is halved after each step whose gradients are not finite. A scale that finds no value at which they are means that
    the gradients are not finite at any: every step is left out, or the forward pass itself overflows.

    ## How to fix
    Train once without mixed precision. If that is finite, let the part that overflows run in float32, or use bfloat16. If it is
    not, half precision is not the reason: look for a batch, an operation or a rate that is. `traindx run -- COMMAND` names
    the step.

    A scale that is halved a few times at the start, or now and then, is how scaling works.
    """
    if history.tool != "a console log":
        raise NotEnough("needs a console log")
    yield Measured("what the log says of the loss scale", history.scale_gone or "nothing of its end")
    if history.scale_gone is not None:
        yield Finding(Place(path=history.source), f"the loss scale of half precision is gone: {history.scale_gone}")


@loss_scale_gone.fires_on
def a_scale_that_was_halved_to_nothing() -> Facts:
    said = "line 40: Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to 5e-324"
    return {"history": history_of([{"train/loss": float("nan")}], tool="a console log", scale_gone=said)}


@loss_scale_gone.quiet_on
def a_log_without_such_a_line() -> Facts:
    return {"history": history_of([{"train/loss": 0.5}], tool="a console log")}
