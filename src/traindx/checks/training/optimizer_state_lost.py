"""T371: a training goes on from a checkpoint, and the optimizer begins with an empty memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("T371", level="error")
def optimizer_state_lost(recording: Recording, setup: Setup | None = None) -> Iterator[Finding | Measured]:
    """The checkpoint holds the optimizer's state, the run goes on from it, and no optimizer is given that state.

    ## Why is this bad?
    Momentum and the averages of Adam start from nothing, at a rate that was meant for a warm optimizer: the loss jumps in the
    first steps after each resume. A rate that the optimizer had been given is lost as well.

    ## How to fix
    `optimizer.load_state_dict(checkpoint["optimizer"])`, after the model is on its device and the optimizer is built.
    Fine-tuning takes the weights of a checkpoint and rightly nothing else. That this run goes on is told by a scheduler that was
    given its state back, or by a script that reads the epoch or step that was saved.
    """
    held = [c for c in recording.lines.get("checkpoint", ()) if any(o.get("states") for o in c.get("optimizer", ()))]
    restored = {line["what"] for line in recording.lines.get("restored", ())}
    goes_on = bool(restored & {"scheduler", "scaler"}) or (setup is not None and setup.resumes)
    whole = any(w.get("matched") == w.get("own") for w in recording.lines.get("weights_loaded", ()))
    if not held or not goes_on or not whole:
        return
    yield Measured("optimizers that were given their state back", int("optimizer" in restored), "1 or more")
    if "optimizer" in restored:
        return
    state = held[-1]["optimizer"][0]
    counted = f", {state['count']} steps" if state.get("count") else ""
    text = f"the checkpoint holds the optimizer's state ({state['states']} tensors{counted}), and none is given back: "
    text += "the run goes on with an empty one"
    loaded = next((w for w in recording.lines["weights_loaded"] if w.get("path")), held[-1])
    yield Finding(Place(loaded.get("path"), loaded.get("line"), step=0), text)


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


@optimizer_state_lost.fires_on
def the_scheduler_alone_given_back() -> Facts:
    return {"recording": _resumed("scheduler")}


@optimizer_state_lost.quiet_on
def everything_given_back() -> Facts:
    return {"recording": _resumed("scheduler", "optimizer")}


@optimizer_state_lost.quiet_on
def fine_tuned_from_the_weights() -> Facts:
    return {"recording": _resumed()}


@optimizer_state_lost.quiet_on
def a_head_that_is_new() -> Facts:
    return {"recording": _resumed("scheduler", matched=6)}
