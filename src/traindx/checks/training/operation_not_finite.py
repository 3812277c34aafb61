"""T110: a bad step was done again, and this operation is where its numbers stop being finite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.replay import Replay
from traindx.core.replay_words import advice, sentence, trial_rows


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
    gradient, half precision needs float32 there, and a bad file must be taken out.
    """
    again = replay.again
    if again is None:
        return
    yield Measured("operations watched", int(again["operations"]))
    if not replay.reproduced and not replay.poisoned:
        yield Measured(
            "the step again", "finite", unit=f"loss {again['loss']:.4g}" if again["loss"] is not None else ""
        )
        return
    origin = replay.origin
    place = Place(step=replay.step)
    if origin is not None:
        place = Place(path=origin.path, line=origin.line, layer=origin.module or None, step=replay.step)
    elif replay.poisoned:
        place = Place(parameter=replay.poisoned[0], step=replay.step)
    elif again.get("failed"):
        place = Place(path=again["failed"].get("path"), line=again["failed"].get("line"), step=replay.step)
    yield Finding(place, sentence(replay), (*_evidence(replay),), advice(replay))


def _evidence(replay: Replay) -> Iterator[Measured | Table]:
    yield Table("The step, tried in other ways", ("trial", "result"), trial_rows(replay))
    origin = replay.origin
    if origin is not None:
        if origin.code:
            yield Measured("the line", origin.code)
        if origin.user and origin.user != f"{origin.path}:{origin.line}":
            yield Measured("called from", origin.user)
        for argument in origin.inputs[:3]:
            yield Measured("input", str(argument))
        for argument in origin.forward_inputs[:2]:
            yield Measured("input of the forward operation", str(argument))
        for later in replay.chain[1:3]:
            yield Measured("which led to", f"{later.kind} in {later.operation.lstrip('_')}")
    if replay.grown is not None:
        yield Measured("growth of the loss in the steps before", replay.grown, "about 1", "times")
    left_out = replay.facts.get("left_out") or ()
    if left_out:
        yield Measured("left out of the capsule", "; ".join(map(str, left_out))[:300])


def _born(**facts: Any) -> dict[str, Any]:
    return {"cause": "operation", "kind": "inf", "phase": "forward", "facts": facts, "rows": [3], "parent": None}


def _result(kind: str, *, bad: bool, **more: Any) -> dict[str, Any]:
    trial = {"kind": kind, "batch": 0, "rows": more.pop("only", [])}
    return {"trial": trial, "bad": bad, "phase": "forward" if bad else "", "loss": 1.5, "operations": 80, **more}


@operation_not_finite.fires_on
def the_logarithm_of_a_zero() -> Facts:
    log = {"operation": "log", "path": "train.py", "line": 21, "code": "loss = -p.log().mean()", "bad": 1, "of": 8}
    log |= {
        "inputs": [{"name": "self", "shape": [8], "dtype": "float32", "bad": 0, "min": 0.0, "max": 0.9, "zeros": 1}]
    }
    born = _born(**log)
    again = _result("again", bad=True, first=born, chain=[born], rows=[3], half=False, state=True)
    without = _result("without", bad=False, only=[3])
    return {"replay": Replay("capsule", {"step": 412, "state_step": 412}, (again, without), 8)}


@operation_not_finite.quiet_on
def a_jump_of_a_finite_loss() -> Facts:
    again = _result("again", bad=False, first=None, chain=[], rows=None, half=False, state=True)
    return {"replay": Replay("capsule", {"step": 412, "what": "jump", "state_step": 410}, (again,), 8)}
