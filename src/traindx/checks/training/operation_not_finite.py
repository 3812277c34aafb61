"""T110: a bad step was done again, and this operation is where its numbers stop being finite."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.replay import Replay
from traindx.core.replay_examples import born, jump, replayed, result
from traindx.core.replay_finding import replay_findings


@check("T110", level="error", preview=True)
def operation_not_finite(replay: Replay) -> Iterator[Finding | Measured]:
    """An operation of the bad step makes NaN or infinity of finite numbers.

    Seen when the step is done again from its capsule, with the weights and the batch of that moment. A step whose loss only
    jumped and is finite in every operation is not named.

    ## Why is this bad?
    The loss shows NaN only at the end; the first operation that makes it is where the fault is. Everything behind it is
    NaN because of it, and after the optimizer's step every weight is.

    ## How to fix
    Look at the line and at the range of the inputs. A logarithm or a division needs an eps, a square root needs one for its
    gradient.
    """
    yield from replay_findings(replay, "operation")


@operation_not_finite.fires_on
def the_logarithm_of_a_zero() -> Facts:
    log = {"operation": "log", "path": "train.py", "line": 21, "code": "loss = -p.log().mean()", "bad": 1, "of": 8}
    given = {"name": "self", "shape": [8], "dtype": "float32", "bad": 0, "min": 0.0, "max": 0.9, "zeros": 1}
    return {"replay": replayed(born(**log, inputs=[given]), result("without", bad=False, only=[3]))}


@operation_not_finite.quiet_on
def a_jump_of_a_finite_loss() -> Facts:
    return {"replay": jump()}
