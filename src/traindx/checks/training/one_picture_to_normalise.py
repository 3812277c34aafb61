"""T436: batch norms are trained on batches of a single picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.norm_layers import held_names, norm_layers_of
from traindx.core.recording import Recording


@check("T436", level="note")
def one_picture_to_normalise(recording: Recording, *, few: int = 64) -> Iterator[Finding | Measured]:
    """Batch norms in training mode see one picture at a time, or only a few values per channel.

    ## Why is this bad?
    Each picture is normalised by itself: what tells one picture from another, such as its light, is taken out. In evaluation
    mode the running statistics are used instead, and the network computes something else than it was trained for.

    ## How to fix
    A batch of 4 or more, `GroupNorm`, or frozen statistics with weights that were trained before. How much it matters
    depends on the pictures: of alike ones (digits) a batch of one loses little.

    Reported where a typical batch is one picture, unless the narrowest layer has `few` values of it, and where that layer has
    fewer than 8 values of any batch: guesses. Two or three values are T430.
    """
    held = held_names(recording)
    layers = [x for x in norm_layers_of(recording) if x.is_batch_norm and "values" in x.columns]
    active = [x for x in layers if np.mean(x.training) > 0.5 and x.name in held]
    if not active:
        raise NotEnough("no batch norm is trained, or the recording does not tell how many values it normalises")
    counts = [float(np.median(x.columns["values"])) for x in active]
    narrow = int(np.argmin(counts))
    images = [d["targets"]["images"] for d in recording.details.values() if d.get("targets", {}).get("images")]
    samples = float(np.median(images)) if images else float("nan")
    yield Measured("samples of a batch", samples, "2 or more")
    yield Measured("values of a channel at the narrowest batch norm", counts[narrow], "dozens")
    if 4 <= counts[narrow] < 8 or (samples == 1 and 4 <= counts[narrow] < few):
        text = f"batch norm {active[narrow].name} has {counts[narrow]:.0f} values per channel to take a mean and a variance of"
        yield Finding(
            Place(layer=active[narrow].name, setting="batch_size"),
            f"{text}, of {samples:.0f} samples (should be dozens)",
        )


def _facts(values: int, images: int) -> Facts:
    layer: dict[str, Any] = {"name": "conv1", "kind": "BatchNorm2d", "training": True, "trainable": True}
    line = {"kind": "normalisation", "step": 0, "layers": [layer]}
    detail = {"normalisation": {"values": [values]}, "targets": {"images": images}}
    return {"recording": recording_with(falling(), events=[line], detail=detail)}


@one_picture_to_normalise.fires_on
def one_small_picture() -> Facts:
    return _facts(16, 1)


@one_picture_to_normalise.quiet_on
def a_detector_with_two_pictures() -> Facts:
    return _facts(800, 2)


@one_picture_to_normalise.quiet_on
def one_large_picture() -> Facts:
    return _facts(4096, 1)
