"""T114: a bad step was done again and is bad again, and no operation of it is the origin."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.replay import Replay
from traindx.core.replay_examples import born, jump, replayed
from traindx.core.replay_finding import replay_findings


@check("T114", level="error", preview=True)
def step_not_finite_again(replay: Replay) -> Iterator[Finding | Measured]:
    """The bad step is bad again: its weights were not finite before it began, it raises, or no single operation can be named.

    Seen when the step is done again from its capsule, with the weights and the batch of that moment. A step whose loss only
    jumped and is finite in every operation is not named.

    ## Why is this bad?
    The origin lies in an earlier step, or outside of what can be watched.

    ## How to fix
    Where weights are named: look at what writes them between two steps (clipping by hand, an average, a loaded checkpoint) and
    at the optimizer's own division.
    """
    yield from replay_findings(replay, "other")


@step_not_finite_again.fires_on
def weights_that_were_bad_before() -> Facts:
    first = {**born(name="weight of fc", bad=8, of=8), "cause": "given", "kind": "nan"}
    return {"replay": replayed(first)}


@step_not_finite_again.quiet_on
def a_jump_of_a_finite_loss() -> Facts:
    return {"replay": jump()}
