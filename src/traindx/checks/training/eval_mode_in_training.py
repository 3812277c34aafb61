"""T303: training steps run with the model in evaluation mode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Event, Layer, Recording
from traindx.core.trainings import by_turns

MODAL = ("BatchNorm", "InstanceNorm", "Dropout", "DropPath", "StochasticDepth")
"""Layers that behave differently in evaluation mode."""


@check("T303", level="error")
def eval_mode_in_training(recording: Recording, *, share: float = 0.2) -> Iterator[Finding | Measured]:
    """The model is in evaluation mode while it is being trained.

    ## Why is this bad?
    Dropout is off and normalisation layers use frozen statistics that no longer follow the weights.
    Most often `model.eval()` was called for a validation and `model.train()` was not called after it.

    ## How to fix
    Call `model.train()` at the start of each epoch.

    Reported only when the model has layers that behave differently in the two modes and that are being trained: a backbone
    that is frozen on purpose stays in evaluation mode rightly. Nor with several optimizers that each train a network of
    their own, as the folds of a cross validation do: one waits in evaluation mode while another is trained.
    """
    known = recording.training >= 0
    if not known.any() or by_turns(recording):
        return
    off = known & (recording.training == 0)
    yield Measured("training steps in evaluation mode", int(off.sum()), f"0 of {int(known.sum())}")
    modal = _trained_modal_layers(recording)
    if off.sum() < share * known.sum() or not modal:
        return
    step = int(recording.step[off.argmax()])
    event = _switch(recording, step)
    source = event.source if event else recording.sources.get("backward")
    x, y = tuple(map(float, recording.step[known])), tuple(map(float, recording.training[known]))
    curve = Curve("training mode (1) or evaluation mode (0)", (Line("mode", x, y),), onset=step)
    text = (
        f"the model is in evaluation mode at {int(off.sum())} of {int(known.sum())} training steps, from step {step} on"
    )
    text += f"; {len(modal)} layers depend on it ({modal[0]}, …)"
    place = Place(path=source.path, line=source.line, step=step) if source else Place(step=step)
    yield Finding(place, text, (curve,))


def _trained_modal_layers(recording: Recording) -> list[str]:
    """Layers for which the mode matters: normalisations whose parameters an optimizer holds, and dropout among trained ones."""
    held = [p for p in recording.parameters if p.trainable and p.optimizer is not None]
    owners = {p.name.rpartition(".")[0] for p in held}
    mostly = len(held) >= 0.5 * len(recording.parameters)
    idle = _idle_dropout(recording)
    modal = [layer for layer in recording.layers if layer.kind.startswith(MODAL) and layer.name not in idle]
    with_weights = {p.name.rpartition(".")[0] for p in recording.parameters}
    return [x.name for x in modal if x.name in owners or (x.name not in with_weights and mostly)]


def _idle_dropout(recording: Recording) -> set[str]:
    """Dropout layers that leave nothing out."""
    lines = recording.lines.get("dropout", ())
    return {str(layer["name"]) for line in lines[-1:] for layer in line["layers"] if layer.get("p") == 0}


def _switch(recording: Recording, step: int) -> Event | None:
    """The last switch to evaluation mode at or before a step."""
    switches = [e for e in recording.of("mode") if e.data.get("training") is False and e.step <= step]
    return switches[-1] if switches else None


@eval_mode_in_training.fires_on
def left_on_after_validation() -> Facts:
    switch = {"kind": "event", "event": "mode", "step": 20, "training": False, "path": "train.py", "line": 31}
    run = recording_with(falling(), training=[i < 20 for i in range(60)], events=[switch])
    return {"recording": replace(run, layers=(*run.layers, Layer("drop", "Dropout")))}


@eval_mode_in_training.quiet_on
def backbone_frozen_on_purpose() -> Facts:
    frozen = [{"name": "bn.weight", "shape": [8], "trainable": True, "optimizer": None} for _ in range(4)]
    head = {"name": "fc.weight", "shape": [8], "trainable": True, "optimizer": 0}
    run = recording_with(falling(), training=False, parameters=[*frozen, head])
    return {"recording": replace(run, layers=(Layer("bn", "BatchNorm2d"), Layer("drop", "Dropout"), *run.layers))}


@eval_mode_in_training.quiet_on
def training_mode() -> Facts:
    return {"recording": recording_with(falling())}


@eval_mode_in_training.quiet_on
def dropout_of_nothing() -> Facts:
    layers = [{"name": "drop", "kind": "Dropout", "p": 0.0, "training": False}]
    run = recording_with(falling(), training=False, events=[{"kind": "dropout", "step": 0, "layers": layers}])
    return {"recording": replace(run, layers=(*run.layers, Layer("drop", "Dropout")))}


@eval_mode_in_training.quiet_on
def no_layer_depends_on_it() -> Facts:
    return {"recording": recording_with(falling(), training=False)}


@eval_mode_in_training.quiet_on
def folds_whose_networks_take_turns() -> Facts:
    held = [{"name": f"{n}.fc.weight", "shape": [8], "trainable": True, "optimizer": n} for n in range(3)]
    run = recording_with(falling(), training=[i % 30 < 10 for i in range(60)], parameters=held)
    return {"recording": replace(run, layers=(*run.layers, Layer("0.drop", "Dropout")))}
