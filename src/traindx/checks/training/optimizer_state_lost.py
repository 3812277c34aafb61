"""T371: a training goes on from a checkpoint, and the optimizer begins with an empty memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.resumption import resumptions
from traindx.core.setup import Setup


@check("T371", level="error")
def optimizer_state_lost(
    recording: Recording, setup: Setup | None = None, *, few: int = 5
) -> Iterator[Finding | Measured]:
    """The checkpoint holds the optimizer's state, the run goes on from it, and no optimizer is given that state.

    ## Why is this bad?
    Momentum and the averages of Adam start from nothing, at a rate that was meant for a warm optimizer: the loss jumps in the
    first steps after each resume. A rate that the optimizer had been given is lost as well.

    ## How to fix
    `optimizer.load_state_dict(checkpoint["optimizer"])`, after the model is on its device and the optimizer is built.
    Fine-tuning takes the weights of a checkpoint and rightly nothing else. That this run goes on is told by a scheduler
    that was given its state back, or by a script that reads the epoch or step that was saved.

    In the midst of a process it is judged where an optimizer without any state steps next, on the model that was given its
    weights, `few` times or more.
    """
    for found in resumptions(recording):
        goes_on = bool(found.restored & {"scheduler", "scaler"}) or (setup is not None and setup.resumes)
        if not goes_on or (found.step and int(recording.step[-1]) - found.step < few):
            continue
        yield Measured("optimizers that were given their state back", int("optimizer" in found.restored), "1 or more")
        if "optimizer" in found.restored or found.cold is False:
            continue
        state = found.checkpoint["optimizer"][0]
        counted = f", {state['count']} steps" if state.get("count") else ""
        text = (
            f"the checkpoint holds the optimizer's state ({state['states']} tensors{counted}), and none is given back: "
        )
        text += f"the run goes on {f'at step {found.step} ' if found.step else ''}with an empty one"
        yield Finding(Place(found.weights.get("path"), found.weights.get("line"), step=found.step), text)


def _resumed(*restored: str, **weights: int) -> Recording:
    saved = {"kind": "checkpoint", "counters": {"epoch": 4}, "optimizer": [{"states": 8, "count": 145, "lr": 0.01}]}
    loaded: dict[str, Any] = {
        "kind": "weights_loaded",
        "own": 8,
        "matched": 8,
        "path": "train.py",
        "line": 15,
        **weights,
    }
    given = [{"kind": "restored", "what": what} for what in restored]
    return recording_with(falling(), events=[saved, loaded, *given])


def _again(*, empty: bool, covers: float = 1.0) -> Recording:
    saved = {"kind": "checkpoint", "step": 30, "counters": {"epoch": 2}, "optimizer": [{"states": 8, "count": 30}]}
    loaded = {
        "kind": "weights_loaded",
        "own": 8,
        "matched": 8,
        "covers": covers,
        "later": 30,
        "path": "train.py",
        "line": 15,
    }
    given = {"kind": "restored", "what": "scheduler", "step": 30}
    stepped = {"kind": "stepped_after", "read": 30, "step": 30, "empty": empty}
    return recording_with(falling(), events=[saved, loaded, given, stepped])


@optimizer_state_lost.fires_on
def the_scheduler_alone_given_back() -> Facts:
    return {"recording": _resumed("scheduler")}


@optimizer_state_lost.fires_on
def in_the_midst_of_a_process() -> Facts:
    return {"recording": _again(empty=True)}


@optimizer_state_lost.quiet_on
def given_back_in_the_midst_of_a_process() -> Facts:
    return {"recording": _again(empty=False)}


@optimizer_state_lost.quiet_on
def the_best_weights_at_the_end() -> Facts:
    return {"recording": _again(empty=True, covers=0.0)}


@optimizer_state_lost.quiet_on
def everything_given_back() -> Facts:
    return {"recording": _resumed("scheduler", "optimizer")}


@optimizer_state_lost.quiet_on
def fine_tuned_from_the_weights() -> Facts:
    return {"recording": _resumed()}


@optimizer_state_lost.quiet_on
def a_head_that_is_new() -> Facts:
    return {"recording": _resumed("scheduler", matched=6)}
