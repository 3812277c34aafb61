"""M112: less than half of the model was loaded from a checkpoint that is another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaded_weights import loads
from traindx.core.recording import Recording


@check("M112", level="warning")
def part_of_weights_loaded(recording: Recording, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """Of the weights that were to be loaded less than half fit the model, and less than half of the model got any.

    ## Why is this bad?
    A model of which most is random does not train as a pretrained one: its random layers throw away what the others know.

    ## How to fix
    Compare the variant that was saved with the one that is built (size, width, version). With Ultralytics, build from the
    checkpoint itself (`YOLO("yolov8n.pt")`) or from the yaml of the same size.
    Heads that are replaced, backbones that are loaded alone and adapters bring tensors that fit: they are not named.
    """
    found = list(loads(recording))
    if not found:
        return
    best = max(found, key=lambda load: load.matched * load.covers)
    brought = (best.matched - best.same) / max(1, best.own)
    yield Measured("share of the model's parameters that a load brought", brought, f"over {share:g}")
    misfit = best.unexpected[0] + best.wrong_shape[0]
    poor = best.by == "ultralytics" or best.matched < share * best.given
    if brought < share and poor and best.given >= 5 and (misfit or best.by):
        text = f"{best.matched} of the model's {best.own} parameters are loaded; "
        text += (
            f"{misfit} of the {best.given} tensors given do not fit"
            if misfit
            else "no other one of the checkpoint fits"
        )
        yield Finding(best.place, f"{text} ({best.module}, strict={best.strict})")


def _line(**fields: Any) -> Mapping[str, Any]:
    counts = {"given": 60, "own": 60, "matched": 60, "same_memory": 0, "covers": 1.0, "kept": 60, "looked": 60}
    return {
        "kind": "weights_loaded",
        "path": "train.py",
        "line": 12,
        "class": "ResNet",
        "strict": False,
        **counts,
        **fields,
    }


@part_of_weights_loaded.fires_on
def another_variant() -> Facts:
    line = _line(matched=20, unexpected={"count": 40, "names": ["layer9.weight"]})
    return {"recording": recording_with(falling(), events=[line])}


@part_of_weights_loaded.fires_on
def ultralytics_transfers_few() -> Facts:
    return {"recording": recording_with(falling(), events=[_line(given=12, matched=12, own=355, by="ultralytics")])}


@part_of_weights_loaded.quiet_on
def a_new_head() -> Facts:
    line = _line(matched=58, unexpected={"count": 2, "names": ["fc.weight"]})
    return {"recording": recording_with(falling(), events=[line])}


@part_of_weights_loaded.quiet_on
def adapters_alone() -> Facts:
    return {"recording": recording_with(falling(), events=[_line(given=8, matched=8)])}
