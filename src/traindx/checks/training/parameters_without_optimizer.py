"""T302: trainable parameters that no optimizer holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.gradient_flow import layer_of, output_layer, random_at_start
from traindx.core.recording import Parameter, Recording

_FOREIGN = re.compile(r"optimizer\d+\.\d+\Z")
"""What the recorder calls a parameter that an optimizer holds and the model does not."""


@check("T302", level="error")
def parameters_without_optimizer(recording: Recording) -> Iterator[Finding | Measured]:
    """Parameters receive gradients, and no optimizer holds them: they never change.

    ## Why is this bad?
    A part of the model keeps its initial values for good. The rest learns around it, so the loss may fall and the
    fault stays unseen.

    ## How to fix
    Build the optimizer from `model.parameters()` after the model is complete: after replacing a head, moving it or
    wrapping it. A part that is meant to be frozen should say so: `parameter.requires_grad_(False)`.
    Parameters that do not require gradients, or never receive one, are not reported; nor a body into which weights were loaded,
    or that was trained before in this run, where the optimizer was given the output layer: that is how a head is trained alone;
    but for an optimizer that holds tensors of no model, without a gradient: layers were replaced after it was built.
    """
    gradients = recording.per_parameter("grad")
    if not len(gradients):
        return
    with np.errstate(invalid="ignore"):
        reached = np.asarray((gradients > 0).any(axis=0))
    trainable = [p.trainable for p in recording.parameters]
    missing = [
        p
        for p, reaches in zip(recording.parameters, reached, strict=True)
        if reaches and p.trainable and p.optimizer is None
    ]
    yield Measured("trainable parameter tensors in no optimizer", len(missing), f"0 of {sum(trainable)}")
    foreign = [bool(r) for p, r in zip(recording.parameters, reached, strict=True) if _FOREIGN.match(p.name)]
    replaced = bool(foreign) and not any(foreign)
    if missing and not replaced and _head_alone(recording, missing):
        return
    source = recording.sources.get("optimizer")
    stale = max((line.get("foreign", {}).get("count", 0) for line in recording.lines.get("parameters", ())), default=0)
    why = f"; it holds {stale} that are not the model's: the model was changed after it was built" if stale else ""
    for parameter in missing[:50]:
        where = Place(parameter=parameter.name, layer=parameter.name.rpartition(".")[0] or None)
        if source:
            where = Place(path=source.path, line=source.line, layer=where.layer, parameter=parameter.name)
        yield Finding(
            where,
            f"{parameter.name} gets gradients and is in no optimizer ({len(missing)} of {sum(trainable)} tensors){why}",
        )


def _head_alone(recording: Recording, missing: list[Parameter]) -> bool:
    """Whether the optimizer holds the output layer, and no missing parameter is known to be random: those of the body were
    initialised in this run and loaded, or trained, since."""
    head, random = output_layer(recording.parameters), random_at_start(recording)
    held = any(p.optimizer is not None for p in recording.parameters if layer_of(p.name) == head)
    known = bool(recording.lines.get("initialised"))
    return held and known and not any(p.name in random or layer_of(p.name) == head for p in missing)


@parameters_without_optimizer.fires_on
def forgotten_head() -> Facts:
    held: list[dict[str, object]] = [
        {"name": "conv1.weight", "shape": [8], "optimizer": 0},
        {"name": "fc.weight", "shape": [8], "optimizer": None},
    ]
    return {"recording": recording_with(falling(), parameters=held, detail={"parameters": {"grad": [1.0, 2.0]}})}


@parameters_without_optimizer.fires_on
def a_head_replaced_after_the_optimizer_was_built_on_a_body_trained_before() -> Facts:
    held: list[dict[str, object]] = [
        {"name": "conv1.weight", "shape": [8, 8], "optimizer": 0},
        {"name": "fc.weight", "shape": [8, 8], "optimizer": None},
        {"name": "optimizer0.1", "shape": [8, 8], "optimizer": 0},
    ]
    call = {"call": "kaiming_uniform_", "numbers": "", "parameters": ["conv1.weight"]}
    lines = [{"kind": "initialised", "step": 0, "calls": [call]}]
    detail = {"parameters": {"grad": [1.0, 2.0, None]}}
    return {"recording": recording_with(falling(), parameters=held, detail=detail, events=lines)}


@parameters_without_optimizer.quiet_on
def frozen_backbone() -> Facts:
    held: list[dict[str, object]] = [
        {"name": "conv1.weight", "shape": [8], "trainable": False, "optimizer": None},
        {"name": "fc.weight", "shape": [8], "trainable": True, "optimizer": 0},
    ]
    return {"recording": recording_with(falling(), parameters=held, detail={"parameters": {"grad": [None, 2.0]}})}


@parameters_without_optimizer.quiet_on
def a_head_is_trained_on_loaded_weights() -> Facts:
    held: list[dict[str, object]] = [
        {"name": "conv1.weight", "shape": [8, 8], "optimizer": None},
        {"name": "fc.weight", "shape": [8, 8], "optimizer": 0},
    ]
    call = {"call": "kaiming_uniform_", "numbers": "", "parameters": ["conv1.weight", "fc.weight"]}
    lines = [
        {"kind": "initialised", "step": 0, "calls": [call]},
        {"kind": "weights_loaded", "covers": 1.0, "kept": 2, "looked": 2},
    ]
    detail = {"parameters": {"grad": [1.0, 2.0]}}
    return {"recording": recording_with(falling(), parameters=held, detail=detail, events=lines)}
