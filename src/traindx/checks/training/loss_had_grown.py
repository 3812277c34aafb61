"""T113: a bad step was done again; the loss had grown far in the steps before, and starting weights are finite."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.replay import Replay
from traindx.core.replay_examples import born, jump, replayed, result
from traindx.core.replay_finding import replay_findings


@check("T113", level="error", preview=True)
def loss_had_grown(replay: Replay) -> Iterator[Finding | Measured]:
    """The bad step overflows after the loss had grown a hundredfold, and is finite with the weights that the script starts with.

    Seen when the step is done again from its capsule, with the weights and the batch of that moment. A step whose loss only
    jumped and is finite in every operation is not named.

    ## Why is this bad?
    The updates are too large: each step takes the weights farther away, until numbers end.

    ## How to fix
    Lower the learning rate, warm up, or clip gradients.
    """
    yield from replay_findings(replay, "grown")


@loss_had_grown.fires_on
def a_rate_that_explodes() -> Facts:
    first = born(operation="addmm", path="train.py", line=9, bad=8, of=8)
    return {"replay": replayed(first, result("own_weights", bad=False), losses=[2.3, 40.0, 9e9])}


@loss_had_grown.quiet_on
def a_jump_of_a_finite_loss() -> Facts:
    return {"replay": jump()}
