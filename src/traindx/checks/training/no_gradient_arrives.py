"""T320: no gradient reaches any weight."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import cutting_line, flow_of, place_at
from traindx.core.recording import Recording

OFF = ("no_grad", "inference_mode", "set_grad_enabled")
CUT = (".detach", ".data", ".item(", ".numpy(", ".tolist(", "tensor(", "argmax", ".round(")


@check("T320", level="error")
def no_gradient_arrives(recording: Recording, *, min_records: int = 2) -> Iterator[Finding | Measured]:
    """Backward passes run, and not one trainable parameter ever receives a gradient: the loss does not hang on the weights.

    ## Why is this bad?
    Nothing can be learned. `loss.requires_grad_()` or `torch.tensor(loss, requires_grad=True)` silence the error that would
    say so, and leave a loss that depends on itself alone.

    ## How to fix
    The place is the line that cuts the way: `.detach()`, `.item()`, `.data`, `.numpy()`, `argmax`, a new tensor, or a forward
    pass under `torch.no_grad()`. A single loss without a graph, as for a batch without objects, is not reported.
    """
    lost, flow = recording.of("graph_lost"), flow_of(recording)
    raised = bool(lost) and recording.ending == "raised" and lost[0].step >= recording.of("exception")[0].step
    if lost and not lost[0].data.get("trainable") and lost[0].data.get("held"):
        return  # everything is frozen: held_parameters_frozen says so
    if not raised and len(flow.step) < min_records:
        raise NotEnough("too few recorded steps to say which parameters a gradient reaches")
    arrives = bool(flow.reached.any())
    yield Measured("parameter tensors that a gradient reaches", int(flow.reached.sum()), "more than 0")
    thrown = bool((np.nan_to_num(flow.backward) > 0).any())  # cleared before the step: no_effective_step
    if not raised and (arrives or thrown or not flow.trained.any()):
        return
    data = dict(lost[0].data) if lost else {}
    backward = recording.sources.get("backward")
    without = bool(data.get("without")) or data.get("gradients") is False
    source = (cutting_line(data, OFF if without else CUT) if data else None) or backward
    step = lost[0].step if lost else 0
    why = "the forward pass runs without gradients" if without else "the loss has no graph behind it"
    if not lost:
        why = "the gradients are zero or missing throughout"
    seen = f"backward was called on it at {backward}" if backward else "backward was called"
    yield Finding(place_at(source, step=step), f"no gradient reaches any weight: {why}; {seen}")


@no_gradient_arrives.fires_on
def a_loss_that_was_made_anew() -> Facts:
    code = [[18, "loss = torch.tensor(loss.item(), requires_grad=True)"]]
    event = {"kind": "event", "event": "graph_lost", "step": 0, "loss": "leaf", "held": 6, "trainable": 6}
    where = {"path": "train.py", "line": 20, "without": False, "gradients": True, "code": code}
    detail = {"parameters": {"grad": [None] * 6, "update": [0.0] * 6}}
    return {"recording": recording_with(flat(), update_ratio=0.0, events=[{**event, **where}], detail=detail)}


@no_gradient_arrives.quiet_on
def gradients_arrive() -> Facts:
    detail = {"parameters": {"grad": [0.1] * 6, "update": [0.01] * 6}}
    return {"recording": recording_with(falling(), detail=detail)}


@no_gradient_arrives.quiet_on
def one_batch_without_objects_has_a_constant_loss() -> Facts:
    event = {"kind": "event", "event": "graph_lost", "step": 7, "loss": "leaf", "held": 6, "trainable": 6}
    detail = {"parameters": {"grad": [0.1] * 6, "update": [0.01] * 6}}
    return {"recording": recording_with(falling(), events=[{**event, "path": "train.py", "line": 20}], detail=detail)}


@no_gradient_arrives.quiet_on
def gradients_that_are_cleared_before_the_step() -> Facts:
    detail = {"parameters": {"grad": [None] * 6, "update": [0.0] * 6}}
    return {"recording": recording_with(flat(), calls="fbzs", update_ratio=0.0, detail=detail, grad_backward=1.0)}
