"""V490: the program looked at its loss, saw that it is not finite, and ended."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (
    r"^LossNotFinite",
    r"^FloatingPointError: .*\b(?:nan|inf)",
    r"Function '\w+' returned nan values",
    r"^\w+: .*\bloss (?:is|became|was) (?:nan|inf)",
)


@check("V490", level="error", preview=True)
def log_ends_at_loss(history: History) -> Iterator[Finding | Measured]:
    """The console log ends where the program stopped itself because its loss was nan or infinite.

    ## Why is this bad?
    The weights of that step are lost. The stop is right; what made the loss so is still to be found.

    ## How to fix
    `traindx run -- COMMAND` names the first bad step and its batch, `traindx replay` the operation. Usual causes: a learning rate
    that is too high or without warm-up, half precision, a picture or label that is not finite, a box without area.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_loss.fires_on
def a_loop_that_watches_its_loss() -> Facts:
    return _ends("LossNotFinite", "Loss is nan, stopping training")


@log_ends_at_loss.fires_on
def detectron2() -> Facts:
    return _ends("FloatingPointError", "Loss became infinite or NaN at iteration=812!")


@log_ends_at_loss.quiet_on
def another_error() -> Facts:
    return _ends("ValueError", "learning rate must be positive")
