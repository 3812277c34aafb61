"""T032: a detector in evaluation mode returned detections, or no losses, and the training stopped at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"'(list|tuple|dict)' object has no attribute '(values|items|keys|backward)'",
    r"'(int|float)' object has no attribute '(backward|item|detach)'",
    r"(list|tuple) indices must be integers or slices, not str",
    r"unsupported operand type\(s\) for \+:? .*'(dict|list|tuple)'",
    r"KeyError: '?loss",
)
DETECTORS = ("RCNN", "RetinaNet", "FCOS", "SSD", "RegionProposalNetwork", "RoIHeads", "DetectionModel", "Detect")


@check("T032", level="error")
def no_losses_in_eval_mode(recording: Recording) -> Iterator[Finding | Measured]:
    """The training asked a detector for its losses while it, or a part of it, was in evaluation mode.

    ## Why is this bad?
    torchvision's detectors return a dict of losses in training mode only. In evaluation mode they return a list of detections,
    and a part alone in evaluation mode leaves its losses out, so that a sum over none is the number 0.

    ## How to fix
    Call `model.train()` before the forward pass whose losses are trained on, also where the losses of validation are wanted (there
    under `torch.no_grad()`). To freeze a backbone, set its parameters' `requires_grad` and its norm layers' mode alone.
    """
    switch = _switch(recording)
    for found in errors_like(recording, *PATTERNS):
        if isinstance(found, Measured) or switch is None:
            yield found if isinstance(found, Measured) else Measured("errors of a detector in evaluation mode", 0, "0")
            continue
        place = Place(path=switch.get("path"), line=switch.get("line"), step=found.place.step)
        told = f"{found.message}: {switch['of']} is in evaluation mode, in which a detector returns no losses"
        yield replace(found, place=place, message=told)


def _switch(recording: Recording) -> Mapping[str, Any] | None:
    """The last switch to evaluation mode of a detector or a part of one, as the modes stood at the end."""
    lines = [line for line in recording.lines.get("modes", ()) if line.get("mode") in ("eval", "mixed")]
    switched = [one for line in lines[-1:] for one in line.get("switched") or () if one.get("call") == "eval"]
    return next((one for one in reversed(switched) if str(one.get("of", "")).endswith(DETECTORS)), None)


def _run(message: str, of: str, call: str = "eval") -> Facts:
    run = raising("AttributeError", message, steps=0)
    switched = [{"path": "train.py", "line": 12, "call": call, "of": of, "count": 1}]
    line = {"kind": "modes", "step": 0, "mode": "eval", "root": "eval", "switched": switched}
    return {"recording": replace(run, lines={**run.lines, "modes": (line,)})}


@no_losses_in_eval_mode.fires_on
def detections_where_losses_were_expected() -> Facts:
    return _run("'list' object has no attribute 'values'", "FasterRCNN")


@no_losses_in_eval_mode.fires_on
def a_sum_over_no_losses() -> Facts:
    return _run("'int' object has no attribute 'backward'", "RegionProposalNetwork")


@no_losses_in_eval_mode.quiet_on
def a_classifier_with_another_error() -> Facts:
    return _run("'list' object has no attribute 'values'", "ResNet")


@no_losses_in_eval_mode.quiet_on
def a_detector_in_training_mode() -> Facts:
    return _run("'list' object has no attribute 'values'", "FasterRCNN", call="train")
