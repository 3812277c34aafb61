"""M121: targets name classes for which the network has no output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.raised import raised_of
from traindx.core.recording import Recording

OUT_OF_BOUNDS = re.compile(r"Target (-?\d+) is out of bounds")


@check("M121", level="error")
def ids_beyond_outputs(recording: Recording) -> Iterator[Finding | Measured]:
    """A class id is as large as the number of the network's outputs, or larger.

    ## Why is this bad?
    On the CPU the loss raises "Target 10 is out of bounds"; on a GPU a kernel asserts, often later and at another line.

    ## How to fix
    Outputs number as many as classes, and ids run from 0: `nn.Linear(features, len(classes))`. For torchvision's detectors the
    background is class 0, and counts. If ids count from 1, subtract one.
    The place is the line that called the loss, or, where the width of the last layer is known, that layer.
    """
    lines = [line for line in recording.lines.get("failed_loss", ()) if "id_max" in line]
    raised = raised_of(recording)
    found = OUT_OF_BOUNDS.search(raised.text) if raised is not None else None
    if lines:
        line = lines[-1]
        outputs = int(line["shape"][1] if len(line["shape"]) > 1 else line["shape"][0])
        ids = f"ids {line['id_min']}..{line['id_max']}"
        yield Measured("largest class id", int(line["id_max"]), f"under {outputs}, the number of outputs")
        if found is not None and int(line["id_max"]) >= outputs:
            text = f"the network has {outputs} outputs and the targets name {ids} (should be 0..{outputs - 1})"
            yield Finding(_place(recording), text + _counts_from_one(line, outputs))
    elif found is not None:
        yield Measured("class id without an output", int(found[1]), "under the number of outputs")
        yield Finding(_place(recording), f"the targets name class {found[1]}, for which the network has no output")
    elif recording.chance is not None:
        yield Measured("uncaught errors of a class id out of bounds", 0, "0")


def _place(recording: Recording) -> Place:
    raised = raised_of(recording)
    return Place(step=0) if raised is None else raised.place


def _counts_from_one(line: Mapping[str, Any], outputs: int) -> str:
    return "; they seem to count from 1" if line["id_min"] >= 1 and line["id_max"] == outputs else ""


def failing(shape: list[int], ids: list[int], message: str, target_shape: list[int] | None = None) -> Facts:
    """A recording that ends in a loss that was given scores of a shape and these class ids."""
    where = {"path": "train.py", "line": 18, "frames": ["train.py:18 in <module>"]}
    event = {"kind": "event", "event": "exception", "step": 0, "type": "IndexError", "message": message, **where}
    line: dict[str, Any] = {"kind": "failed_loss", "step": 0, "name": "cross_entropy", "shape": shape}
    line |= {"target_shape": target_shape or shape[:1], "type": "float32", "target_type": "int64"}
    line |= {"id_min": min(ids), "id_max": max(ids), "count": shape[0], "ids": sorted(set(ids))} if ids else {}
    return {"recording": recording_with(falling(steps=1), events=[line, event])}


@ids_beyond_outputs.fires_on
def ten_classes_and_nine_outputs() -> Facts:
    return failing([64, 9], list(range(10)), "Target 9 is out of bounds.")


@ids_beyond_outputs.quiet_on
def a_training_that_ends_well() -> Facts:
    return {"recording": recording_with(falling(), detail={"loss_call": {"name": "cross_entropy", "classes": 10}})}


@ids_beyond_outputs.quiet_on
def another_error() -> Facts:
    return failing([64, 10], list(range(10)), "weight tensor should be defined either for all 10 classes or no classes")
