"""T422: the model is validated in training mode, and with gradients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.modal_layers import modal_kinds
from traindx.core.recording import Layer, Recording


@check("T422", level="error")
def validation_with_gradients_in_training_mode(
    recording: Recording, *, batches: int = 3, often: float = 0.25
) -> Iterator[Finding | Measured]:
    """Before some steps there are many forward passes in training mode that no backward pass follows: a validation.

    ## Why is this bad?
    Neither `model.eval()` nor `torch.no_grad()` was called: dropout and batch statistics are in the metric, the running
    statistics follow the validation pictures, and the memory holds a graph that nobody needs.

    ## How to fix
    `model.eval()` and `with torch.no_grad():` around the validation, `model.train()` after it.

    Reported where `batches` such passes or more than usual come before a step, in at most `often` of the steps: several passes
    before every backward pass belong to the training (pairs, players, views of one picture). A model without batch norm
    and dropout, one that returns its losses itself, and several optimizers are not reported; nor are passes before the
    first step, which try strides, memory and speed on empty pictures.
    """
    steps = recording.lines.get("step", ())
    if len(steps) < 8:
        return
    counts = np.array([s.get("unused_forwards", {}).get("count", 0) for s in steps])
    many = (counts >= np.median(counts) + batches) & (np.arange(len(counts)) > 0)
    yield Measured("steps that many unused forward passes in training mode precede", int(many.sum()), "0")
    returns = any(d.get("loss_parts", {}).get("from") == "root" for d in recording.details.values())
    if not many.any() or many.mean() > often or len(recording.optimizers) > 1 or returns or not modal_kinds(recording):
        return
    first = steps[int(many.argmax())]
    seen = first["unused_forwards"]
    text = f"{seen['count']} forward passes in training mode, with gradients, without a backward pass, before step {first['step']}"
    kinds = ", ".join(sorted(modal_kinds(recording)))
    place = Place(path=seen.get("path"), line=seen.get("line"), step=int(first["step"]))
    yield Finding(place, f"{text}: a validation with active {kinds} (should be in evaluation mode)")


def _facts(counts: Mapping[int, int]) -> Facts:
    run = recording_with(falling())
    where = {"path": "train.py", "line": 40}
    steps: list[dict[str, Any]] = [dict(line) for line in run.lines["step"]]
    for step, count in counts.items():
        steps[step]["unused_forwards"] = {"count": count, **where}
    lines = {**run.lines, "step": tuple(steps)}
    return {"recording": replace(run, lines=lines, layers=(*run.layers, Layer("bn", "BatchNorm2d")))}


@validation_with_gradients_in_training_mode.fires_on
def after_each_epoch() -> Facts:
    return _facts({20: 8, 40: 8})


@validation_with_gradients_in_training_mode.quiet_on
def two_views_of_each_picture() -> Facts:
    return _facts(dict.fromkeys(range(60), 1))


@validation_with_gradients_in_training_mode.quiet_on
def a_network_tried_before_the_first_step() -> Facts:
    return _facts({0: 10})


@validation_with_gradients_in_training_mode.quiet_on
def none_at_all() -> Facts:
    return _facts({})
