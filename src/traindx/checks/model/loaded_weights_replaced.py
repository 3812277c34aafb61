"""M113: weights were loaded, and most of them were set anew before the training began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.first_signal import set_by
from traindx.core.loaded_weights import loads
from traindx.core.recording import Recording


@check("M113", level="error")
def loaded_weights_replaced(recording: Recording, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """Most of the tensors that a checkpoint brought are not what they were when the first forward pass begins.

    ## Why is this bad?
    An initialisation that runs after the load throws the pretrained weights away, and the training starts from nothing.

    ## How to fix
    Initialise first and load then: `model.apply(init)` in front of `model.load_state_dict(...)`.

    Judged by the norm of each tensor. A head that is replaced is another tensor and is not counted.
    """
    found = [
        load for load in loads(recording) if load.kept is not None and load.looked >= 4 and load.matched > load.same
    ]
    if not found:
        return
    last = found[-1]
    changed = 1 - (last.kept or 0) / last.looked
    yield Measured("share of the loaded tensors that were changed before the first step", changed, f"under {share:g}")
    if changed <= share:
        return
    calls = [set_by(recording, p.name) for p in recording.parameters]
    place = next(
        (Place(c[1].path, c[1].line) for c in calls if c and c[1] and c[1].line != last.place.line), last.place
    )
    text = f"{last.looked - (last.kept or 0)} of the {last.looked} tensors loaded at "
    text += f"{last.place.path}:{last.place.line} are changed"
    yield Finding(place, f"{text} before the first step (should be kept)")


def _line(**fields: Any) -> Mapping[str, Any]:
    counts = {"given": 60, "own": 60, "matched": 60, "same_memory": 0, "covers": 1.0, "kept": 60, "looked": 60}
    return {
        "kind": "weights_loaded",
        "path": "train.py",
        "line": 12,
        "class": "ResNet",
        "strict": True,
        **counts,
        **fields,
    }


@loaded_weights_replaced.fires_on
def initialised_after_the_load() -> Facts:
    return {"recording": recording_with(falling(), events=[_line(kept=20)])}


@loaded_weights_replaced.quiet_on
def weights_that_are_kept() -> Facts:
    return {"recording": recording_with(falling(), events=[_line()])}


@loaded_weights_replaced.quiet_on
def a_head_that_is_set_anew() -> Facts:
    return {"recording": recording_with(falling(), events=[_line(kept=58)])}
