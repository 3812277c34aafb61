"""T432: layers whose parameters are frozen go on updating their running statistics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.norm_layers import held_names, norm_layers_of
from traindx.core.recording import Recording


@check("T432", level="note")
def frozen_norm_updates(recording: Recording) -> Iterator[Finding | Measured]:
    """Batch norms whose weights are frozen run in training mode: their running statistics move.

    ## Why is this bad?
    A frozen part that is to stay as it was does not: its outputs in evaluation mode change from step to step, and in training
    they depend on the batch. With small batches the statistics of the pretrained weights are replaced by noise. Often it
    does no harm, or helps the frozen part to fit the new pictures: so this is a note.

    ## How to fix
    Put the frozen part into evaluation mode after every `model.train()`: `model.backbone.eval()`.
    """
    layers = [x for x in norm_layers_of(recording) if x.updates and x.settings.get("momentum") != 0]
    if not layers:
        raise NotEnough("no batch norm with running statistics was recorded")
    held = held_names(recording)
    moving = [
        x for x in layers if x.training[-1] and not x.trainable[-1] and x.name not in held and "weight_min" in x.columns
    ]
    yield Measured("batch norms with frozen weights and moving statistics", len(moving), f"0 of {len(layers)}")
    if moving:
        first = moving[0]
        at = recording.sources.get("train")
        place = Place(
            path=at.path if at else None, line=at.line if at else None, layer=first.name, step=int(first.steps[0])
        )
        text = f"{len(moving)} of {len(layers)} batch norms have frozen weights and moving statistics ({first.name}, …)"
        yield Finding(place, text)


def _facts(training: bool, trainable: bool = False) -> Facts:
    settings = {"kind": "BatchNorm2d", "track_running_stats": True, "momentum": 0.1}
    layer: dict[str, Any] = {"name": "bn", "training": training, "trainable": trainable, **settings}
    line = {"kind": "normalisation", "step": 0, "layers": [layer]}
    detail = {"normalisation": {"z": [0.5], "weight_min": [0.2]}}
    return {"recording": recording_with(falling(), events=[line], detail=detail)}


@frozen_norm_updates.fires_on
def frozen_by_requires_grad_alone() -> Facts:
    return _facts(training=True)


@frozen_norm_updates.quiet_on
def frozen_and_in_evaluation_mode() -> Facts:
    return _facts(training=False)


@frozen_norm_updates.quiet_on
def trained() -> Facts:
    return _facts(training=True, trainable=True)
