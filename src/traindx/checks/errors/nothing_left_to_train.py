"""T031: the training stopped because every weight is frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (r"no trainable parameters left", r"froze the entire model")


@check("T031", level="error")
def nothing_left_to_train(recording: Recording) -> Iterator[Finding | Measured]:
    """The trainer refused to start: what was asked to be frozen is the whole model.

    ## Why is this bad?
    Nothing could be learned. Older versions of the same trainer start all the same and end with the weights they began with.

    ## How to fix
    Freeze fewer layers. Ultralytics counts modules from the input: `freeze=10` holds the backbone of YOLOv5 and YOLOv8, and
    the last module is the head, which must learn.

    Source: `BaseTrainer._setup_train` of Ultralytics 8.4.190.
    """
    told = recording.lines.get("settings", ())
    frozen = told[-1]["values"].get("freeze") if told else None
    for found in errors_like(recording, *PATTERNS):
        if isinstance(found, Finding):
            found = replace(found, place=replace(found.place, setting="freeze"))
            found = found if frozen is None else replace(found, message=f"freeze={frozen}: {found.message}")
        yield found


@nothing_left_to_train.fires_on
def more_layers_than_the_model_has() -> Facts:
    said = "'freeze=23' froze the entire model with no trainable parameters left. Reduce 'freeze'."
    return {"recording": raising("RuntimeError", said, steps=0)}


@nothing_left_to_train.quiet_on
def another_error() -> Facts:
    return {"recording": raising("RuntimeError", "shape '[4, 16]' is invalid for input of size 60")}
