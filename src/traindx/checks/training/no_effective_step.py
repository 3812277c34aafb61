"""T304: backward passes run, and no optimizer step follows them with their gradients."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import place_at
from traindx.core.recording import Recording, Source, recording_of

CLEARED = re.compile(r"b[^bf]*z[^bf]*s?$")
"""Gradients cleared after the last backward pass and before the step."""
TOO_EARLY = re.compile(r"f[^bf]*s$")
"""A step after a forward pass and before its backward pass."""


@check("T304", level="error")
def no_effective_step(recording: Recording, *, share: float = 0.9) -> Iterator[Finding | Measured]:
    """Gradients are computed, and the optimizer never steps, steps before they are there, or after they were cleared.

    ## Why is this bad?
    The weights stay as they are, and the loss moves with the batches alone; or each step follows the gradient of another batch.

    ## How to fix
    The order is zero_grad, backward, step. A training that updates its weights by hand has no optimizer, one
    that makes its gradients with torch.func has no backward pass: both are not reported.
    """
    if "optimizer" not in recording.sources and not recording.optimizers:
        return
    if not len(recording.step):
        yield from _never(recording)
        return
    if not any("b" in calls for calls in recording.calls):
        return  # gradients are made otherwise: torch.func, torch.autograd.grad, by hand
    cleared = _cleared(recording)
    yield Measured("steps whose gradients were cleared before them", int(cleared.sum()), f"0 of {len(cleared)}")
    early = [TOO_EARLY.search(calls) is not None for calls in recording.calls]
    if "b" not in recording.calls[0] and len(recording.optimizers) < 2 and sum(early) >= share * len(early):
        backward = recording.sources.get("backward")
        text = f"the optimizer steps before backward: {sum(early)} of {len(early)} steps come between a forward pass and its own"
        yield Finding(place_at(recording.sources.get("step"), step=0), f"{text} backward pass at {backward}")
    elif cleared.sum() >= share * len(cleared):
        text = f"the gradients are cleared between backward and step: {int(cleared.sum())} of {len(cleared)} steps have none"
        yield Finding(place_at(recording.sources.get("zero_grad"), step=0), text)


def _never(recording: Recording) -> Iterator[Finding]:
    backward, scheduler = recording.sources.get("backward"), recording.sources.get("scheduler")
    if backward is None or recording.ending != "finished":
        return
    code = [(number, text) for event in recording.of("never_stepped") for number, text in event.data.get("code", ())]
    meant = [(number, text) for number, text in code if "sched" not in text]
    also = f"; a scheduler steps at {scheduler}" if scheduler else ""
    source = backward
    if meant:
        source = Source(backward.path, int(meant[-1][0]))
        called = ".step(" in meant[-1][1]
        also += f"; `{meant[-1][1]}` at {source} " + (
            "is never reached" if called else "has no parentheses and calls nothing"
        )
    yield Finding(place_at(source), f"backward is called at {backward}, and no optimizer steps before the end{also}")


def _cleared(recording: Recording) -> NDArray[np.bool_]:
    """Which steps found no gradients although a backward pass had made some: by the order of calls, with one optimizer also by
    the gradients themselves."""
    by_order = [CLEARED.search(calls) is not None for calls in recording.calls]
    if len(recording.optimizers) > 1:
        return np.array(by_order, dtype=bool)
    made = [float(recording.details.get(int(step), {}).get("grad_backward") or 0.0) > 0 for step in recording.step]
    gone = np.array(made, dtype=bool) & (recording.grad_norm == 0)
    seen = np.isfinite(recording.grad_norm)
    mostly = bool(seen.any()) and gone.sum() >= 0.9 * seen[1:].sum() > 0
    return np.asarray(np.array(by_order, dtype=bool) | gone | (mostly & ~seen))


@no_effective_step.fires_on
def cleared_between_backward_and_step() -> Facts:
    return {"recording": recording_with(flat(), calls="fbzs", update_ratio=0.0)}


@no_effective_step.fires_on
def never_a_step() -> Facts:
    sources = [
        {"kind": "source", "call": c, "path": "train.py", "line": n} for c, n in (("optimizer", 9), ("backward", 28))
    ]
    return {"recording": recording_of([*sources, {"kind": "end", "time": 3.0, "steps": 0}])}


@no_effective_step.fires_on
def a_step_before_backward() -> Facts:
    return {"recording": recording_with(falling(), calls=["zfs", *["bzfs"] * 59])}


@no_effective_step.fires_on
def cleared_after_backward_and_then_forward_and_step() -> Facts:
    return {"recording": recording_with(flat(), calls="bzfs", update_ratio=0.0, grad_backward=2.0, grad_norm=0.0)}


@no_effective_step.quiet_on
def a_forward_pass_for_the_accuracy_before_each_step() -> Facts:
    return {"recording": recording_with(falling(), calls="zfbfs")}


@no_effective_step.quiet_on
def gradients_of_each_sample_made_without_backward() -> Facts:
    return {"recording": recording_with(falling(), calls=["fs", *["zfs"] * 59])}


@no_effective_step.quiet_on
def usual_order() -> Facts:
    return {"recording": recording_with(falling())}


@no_effective_step.quiet_on
def cleared_right_after_the_step() -> Facts:
    return {"recording": recording_with(falling(), calls="zfbfblcs")}
