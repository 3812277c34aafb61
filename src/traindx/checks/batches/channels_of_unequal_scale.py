"""B112: some input channels are hundreds of times larger than others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.recording import Recording


@check("B112", level="warning", preview=True)
def channels_of_unequal_scale(recording: Recording, *, ratio: float = 200.0) -> Iterator[Finding | Measured]:
    """The deviations of the input channels differ by a factor of hundreds at the first weighted layer.

    ## Why is this bad?
    The largest channel decides; the others hardly reach the network. It happens when depth, temperature or coordinates are laid
    beside pictures that were scaled.

    ## How to fix
    Standardise each channel by its own mean and deviation over the training set. Channels that are constant are left out:
    masks, padding, an alpha channel.

    Compared are medians over the recorded steps; 200 is a guess, wide enough for the mask of a rare class.
    """
    seen = [d["first_input"] for d in recording.details.values() if d.get("first_input")]
    rows = [np.array(s["std"], dtype=np.float64) for s in seen if len(s.get("std") or ()) > 1 and len(s["shape"]) == 4]
    if not rows or len({len(r) for r in rows}) > 1:
        raise NotEnough("no input of several channels was seen")
    deviation = np.median(np.array(rows), axis=0)
    known = deviation[deviation > 1e-6 * deviation.max()]
    if len(known) < 2:
        raise NotEnough("no input of several channels that vary was seen")
    apart = float(known.max() / known.min())
    yield Measured("largest deviation of an input channel over the smallest", apart, f"under {ratio:g}")
    if apart > ratio:
        large, small = int(deviation.argmax()), int(np.flatnonzero(deviation == known.min())[0])
        text = f"input channel {large} has {apart:.3g} times the deviation of channel {small} ({deviation[large]:.3g} against"
        yield Finding(fed_at(recording, layer=seen[0].get("layer"), step=0), f"{text} {deviation[small]:.3g})")


def _run(*deviations: float) -> Facts:
    seen = {"layer": "conv1", "min": 0, "max": 9, "mean": [0.0], "std": list(deviations), "shape": [8, 4, 32, 32]}
    return {"recording": recording_with(falling(), detail={"first_input": seen})}


@channels_of_unequal_scale.fires_on
def depth_in_millimetres_beside_colours() -> Facts:
    return _run(0.25, 0.24, 0.26, 900.0)


@channels_of_unequal_scale.quiet_on
def colours_and_the_mask_of_a_rare_class() -> Facts:
    return _run(0.25, 0.24, 0.26, 0.01)


@channels_of_unequal_scale.quiet_on
def a_constant_alpha_channel() -> Facts:
    return _run(0.25, 0.24, 0.26, 0.0)
