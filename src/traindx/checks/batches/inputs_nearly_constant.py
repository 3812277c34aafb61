"""B114: inputs are an offset with hardly any picture on it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.recording import Recording


@check("B114", level="error", preview=True)
def inputs_nearly_constant(
    recording: Recording, *, ratio: float = 25.0, outside: float = 0.25
) -> Iterator[Finding | Measured]:
    """The numbers that reach the first weighted layer lie far from zero and vary by a small part of that.

    ## Why is this bad?
    All pictures look alike to the network: it learns the offset and little else. It happens when constants for 0..255 (123.7, 58.4)
    are used on pictures of 0..1, or a deviation was taken for a variance.

    ## How to fix
    Constants for the scale at hand: ImageNet's are (0.485, 0.456, 0.406) and (0.229, 0.224, 0.225) for pictures of 0..1.
    Every channel's mean must be 25 times its deviation and a quarter outside of 0..1, where pictures with little contrast
    lie.

    Both are a guess.
    """
    seen = [d["first_input"] for d in recording.details.values() if d.get("first_input")]
    rows = [(s["mean"], s["std"]) for s in seen if s.get("std") and len(s.get("mean") or ()) == len(s["std"])]
    if not rows or len({len(r[0]) for r in rows}) > 1:
        raise NotEnough("the first layer's input was not seen")
    mean, deviation = (np.median(np.array(v, dtype=np.float64), axis=0) for v in zip(*rows, strict=True))
    if not (deviation > 0).any():
        raise NotEnough("the first layer's input does not vary at all")
    apart = float((np.abs(mean) / np.maximum(deviation, 1e-12)).min())
    yield Measured("mean of the inputs over their deviation", apart, f"under {ratio:g}")
    if apart > ratio and ((mean < -outside) | (mean > 1 + outside)).all():
        text = f"inputs lie at {float(mean[0]):.3g} with a standard deviation of {float(deviation.max()):.2g}"
        text += f", {apart:.3g} times less (should be about 0 and 1): the constants of the normalisation are for another scale"
        yield Finding(fed_at(recording, layer=seen[0].get("layer"), step=0), text)


def _run(mean: float, deviation: float) -> Facts:
    seen = {"layer": "conv1", "min": mean - 0.1, "max": mean + 0.1, "mean": [mean] * 3, "std": [deviation] * 3}
    return {"recording": recording_with(flat(), detail={"first_input": seen})}


@inputs_nearly_constant.fires_on
def constants_for_whole_bytes() -> Facts:
    return _run(-2.11, 0.004)


@inputs_nearly_constant.quiet_on
def little_contrast_between_0_and_1() -> Facts:
    return _run(0.5, 0.01)


@inputs_nearly_constant.quiet_on
def standardised() -> Facts:
    return _run(0.1, 1.0)
