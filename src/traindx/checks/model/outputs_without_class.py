"""M124: the network has many more outputs than classes were ever seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.first_signal import first_signal
from traindx.core.received import received
from traindx.core.recording import Recording


@check("M124", level="note")
def outputs_without_class(recording: Recording, *, times: int = 3, seen: int = 500) -> Iterator[Finding | Measured]:
    """Of a classifier's outputs fewer than a third were ever named by a target.

    ## Why is this bad?
    Mostly it is not: the others learn to stay small. It tells that the head was left as it was pretrained (1,000 outputs for ten
    classes), or that classes are missing from the training data.

    ## How to fix
    Build the last layer for the classes that there are: `num_classes=10`.

    `times` and `seen` (targets that were looked at) are a guess.
    """
    classes: dict[float, float] = {}
    outputs = None
    for one in received(recording):
        if one.form == "classes" and one.num_classes:
            outputs = one.num_classes
            for key, count in one.classes.items():
                classes[key] = classes.get(key, 0.0) + count
    if outputs is None or sum(classes.values()) < seen:
        return
    named = len([key for key in classes if 0 <= key < outputs])
    yield Measured("outputs that a target has named", named, f"all {outputs}")
    if named * times <= outputs and outputs > 4 and sum(classes.values()) >= 10 * outputs:
        yield Finding(
            Place(layer=_last_layer(recording), step=0),
            f"targets named {named} of the {outputs} classes that the network has outputs for",
        )


def _last_layer(recording: Recording) -> str | None:
    signal = first_signal(recording)
    return signal[-1].name if signal else recording.layers[-1].name if recording.layers else None


def _seen(outputs: int, ids: int) -> Any:
    counts = {str(key): 64 for key in range(ids)}
    return {
        "targets": {"form": "classes", "from": "loss", "classes": counts, "num_classes": outputs, "count": 64 * ids}
    }


@outputs_without_class.fires_on
def a_head_of_a_hundred_for_ten() -> Facts:
    return {"recording": recording_with(falling(), detail=_seen(100, 10))}


@outputs_without_class.quiet_on
def as_many_as_classes() -> Facts:
    return {"recording": recording_with(falling(), detail=_seen(10, 10))}
