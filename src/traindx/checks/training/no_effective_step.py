"""T304: backward passes run, and no optimizer step follows them with their gradients."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording, recording_of

CLEARED = re.compile(r"b[^bf]*z[^bf]*s?$")
"""Gradients cleared after the last backward pass and before the step."""


@check("T304", level="error")
def no_effective_step(recording: Recording, *, share: float = 0.9) -> Iterator[Finding | Measured]:
    """An optimizer was made, gradients are computed, and either it never steps or they are cleared before it does.

    ## Why is this bad?
    The weights stay as they are. The loss moves with the batches alone.

    ## How to fix
    The order is zero_grad, backward, step. A training that updates its weights by hand has no optimizer and is not reported.
    """
    if "optimizer" not in recording.sources and not recording.optimizers:
        return
    if not len(recording.step):
        backward = recording.sources.get("backward")
        if backward is not None and recording.ending == "finished":
            place = Place(path=backward.path, line=backward.line)
            yield Finding(place, f"backward is called at {backward}, and no optimizer steps before the end")
        return
    cleared = [i for i, calls in enumerate(recording.calls) if CLEARED.search(calls)]
    yield Measured("steps whose gradients were cleared before them", len(cleared), f"0 of {len(recording.calls)}")
    if len(cleared) < share * len(recording.calls):
        return
    source = recording.sources.get("zero_grad")
    place = Place(path=source.path, line=source.line, step=0) if source else Place(step=0)
    yield Finding(
        place, f"{len(cleared)} of {len(recording.calls)} steps come after zero_grad and before the next backward pass"
    )


@no_effective_step.fires_on
def cleared_between_backward_and_step() -> Facts:
    return {"recording": recording_with(flat(), calls="fbzs", update_ratio=0.0)}


@no_effective_step.fires_on
def never_a_step() -> Facts:
    sources = [
        {"kind": "source", "call": c, "path": "train.py", "line": n} for c, n in (("optimizer", 9), ("backward", 28))
    ]
    return {"recording": recording_of([*sources, {"kind": "end", "time": 3.0, "steps": 0}])}


@no_effective_step.quiet_on
def usual_order() -> Facts:
    return {"recording": recording_with(falling())}


@no_effective_step.quiet_on
def cleared_right_after_the_step() -> Facts:
    return {"recording": recording_with(falling(), calls="zfbfblcs")}
