"""T430: a batch norm computes its statistics from two or three values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.norm_layers import held_names, norm_layers_of
from traindx.core.recording import Recording


@check("T430", level="error")
def few_values_to_normalise(recording: Recording, *, least: int = 4, many: float = 0.3) -> Iterator[Finding | Measured]:
    """In most steps a channel's mean and variance are those of fewer than `least` values.

    ## Why is this bad?
    Of two values normalisation makes -1 and +1, whatever they were: the layer passes on which one is larger, and nothing else.
    Of three it passes on little more. In evaluation mode the running statistics are used, and the outputs are other ones.

    ## How to fix
    A larger batch, `GroupNorm` or `LayerNorm` in place of batch norm, or frozen statistics (`eval()` of these layers) with
    weights that were trained before. Gradient accumulation does not help.

    Counted are samples times pixels: batches of 2 to 8 large pictures have hundreds of values per channel, and are fine.
    Networks for boxes and masks have branches that end in 1 x 1, of which the rest does not depend: there `many` of the layers
    must be as narrow (a guess).
    """
    layers = [x for x in norm_layers_of(recording) if x.is_batch_norm and "values" in x.columns]
    if not layers:
        raise NotEnough("no batch norm, or a recording that does not tell how many values it normalises")
    held = held_names(recording)
    active = [x for x in layers if np.mean(x.training) > 0.5 and x.name in held]
    counts = {x.name: float(np.median(x.columns["values"])) for x in active}
    yield Measured(
        "values of a channel in the batch, at the narrowest batch norm",
        min(counts.values(), default=None),
        f"at least {least}",
    )
    few = [x for x in active if counts[x.name] < least]
    if few and len(few) >= (many * len(active) if _is_dense(recording) else 1):
        first, loader = few[0], _training_loader(recording)
        text = (
            f"batch norm {first.name} has {counts[first.name]:.0f} values per channel to take a mean and a variance of"
        )
        more = f", {len(few) - 1} more layers as few" if len(few) > 1 else ""
        place = Place(path=loader.get("path"), line=loader.get("line"), layer=first.name, setting="batch_size")
        yield Finding(replace(place, step=int(first.steps[0])), f"{text}{more} (should be dozens)")


def _training_loader(recording: Recording) -> Mapping[str, Any]:
    """The line of the first loader that was used in training, empty where there is none."""
    trained = {line.get("loader") for line in recording.lines.get("pass", ()) if line.get("training")}
    return next((line for line in recording.lines.get("loader", ()) if line.get("loader") in trained), {})


def _is_dense(recording: Recording) -> bool:
    """Whether the targets are boxes, or a class for each pixel."""
    targets = [d["targets"] for d in recording.details.values() if d.get("targets")]
    return any(t.get("form") == "map" or "boxes" in t or "per_image" in t for t in targets)


def _facts(values: int, training: bool = True, kind: str = "BatchNorm1d") -> Facts:
    layer: Mapping[str, Any] = {"name": "conv1", "kind": kind, "training": training, "trainable": True}
    line = {"kind": "normalisation", "step": 0, "layers": [layer]}
    return {"recording": recording_with(falling(), events=[line], detail={"normalisation": {"values": [values]}})}


@few_values_to_normalise.fires_on
def two_samples_behind_pooling() -> Facts:
    return _facts(2)


@few_values_to_normalise.quiet_on
def two_large_pictures() -> Facts:
    return _facts(2 * 20 * 20, kind="BatchNorm2d")


@few_values_to_normalise.quiet_on
def the_pooled_branch_of_a_network_for_masks() -> Facts:
    names = ("body.1", "body.2", "body.3", "pooled")
    layers = [{"name": name, "kind": "BatchNorm2d", "training": True, "trainable": True} for name in names]
    line = {"kind": "normalisation", "step": 0, "layers": layers}
    detail = {"normalisation": {"values": [2000, 500, 500, 2]}, "targets": {"form": "map"}}
    held = [{"name": f"{name}.weight", "shape": [8], "optimizer": 0} for name in names]
    return {"recording": recording_with(falling(), events=[line], detail=detail, parameters=held)}


@few_values_to_normalise.quiet_on
def frozen_statistics() -> Facts:
    return _facts(2, training=False)
