"""T112: a bad step was done again, and in full precision it is finite."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.replay import Replay
from traindx.core.replay_examples import born, jump, replayed, result
from traindx.core.replay_finding import replay_findings


@check("T112", level="error", preview=True)
def half_precision_overflows(replay: Replay) -> Iterator[Finding | Measured]:
    """The bad step is finite when it is done in float32.

    Seen when the step is done again from its capsule, with the weights and the batch of that moment. A step whose loss only
    jumped and is finite in every operation is not named.

    ## Why is this bad?
    float16 ends at 65504, and bfloat16 keeps three digits: what is beyond becomes infinity, and NaN behind it.

    ## How to fix
    Let the part that the finding names run in float32: torch.autocast(..., enabled=False) around it and inputs to .float(); or
    use bfloat16, whose range is that of float32.
    """
    yield from replay_findings(replay, "precision")


@half_precision_overflows.fires_on
def an_exponential_in_half_precision() -> Facts:
    first = born(operation="exp", path="train.py", line=9, bad=4, of=8)
    return {"replay": replayed(first, result("full_precision", bad=False))}


@half_precision_overflows.quiet_on
def a_jump_of_a_finite_loss() -> Facts:
    return {"replay": jump()}
