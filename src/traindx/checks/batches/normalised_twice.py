"""B113: pictures were normalised twice with the same constants."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.input_examples import batch, run_with
from traindx.core.loaders import fed_at
from traindx.core.network_inputs import finite, training_inputs
from traindx.core.picture_scale import NORMALISATIONS
from traindx.core.recording import Recording

Floats = NDArray[np.float64]

USUAL = {"-1..1": ((0.5,), (0.5,)), **NORMALISATIONS}
CHANNELS = (1, 3)


@check("B113", level="error", preview=True)
def normalised_twice(recording: Recording, *, near: float = 0.01, min_batches: int = 3) -> Iterator[Finding | Measured]:
    """Black and white of the pictures lie where a usual normalisation brings them when it is applied twice.

    ## Why is this bad?
    The numbers are off centre and several times too large: pretrained weights and usual rates do not fit. It happens when the
    loader normalises and the model, or a second transform, does so again.

    ## How to fix
    Leave one of the two out: transforms of a weight's own (`weights.transforms()`), processors of Hugging Face and
    torchvision's detectors normalise by themselves.

    Compared are both ends of the range over all recorded steps with those of ImageNet, CLIP, CIFAR, MNIST and -1..1, where
    the batches' means fit too; a hundredth of the range is a guess.
    """
    seen = [b for b in finite(training_inputs(recording)) if len(b.shape) == 4 and b.shape[1] in CHANNELS]
    if len(seen) < min_batches:
        raise NotEnough("too few batches of pictures were seen")
    low, high = min(b.low for b in seen), max(b.high for b in seen)
    mean = np.median(np.array([b.mean for b in seen]), axis=0)
    yield Measured("range of the inputs", f"{low:.4g} to {high:.4g}", "about -2 to 3")
    for name, constants in USUAL.items():
        offset, scale = (np.resize(v, seen[0].shape[1]) for v in constants)
        if len(constants[0]) == 3 and seen[0].shape[1] != 3:
            continue
        ends = [((np.array(end) - offset) / scale - offset) / scale for end in (0.0, 1.0)]
        undone = (mean * scale + offset) * scale + offset
        off = max(abs(low - ends[0].min()), abs(high - ends[1].max())) / (ends[1].max() - ends[0].min())
        if off < near and ((undone > 0.02) & (undone < 0.98)).all():
            text = f"inputs run from {low:.4g} to {high:.4g}, as pictures do that were normalised twice with {name}"
            yield Finding(fed_at(recording, step=seen[0].step), f"{text} (should be {_once(offset, scale)})")
            return


def _once(offset: Floats, scale: Floats) -> str:
    return f"{float((-offset / scale).min()):.3g} to {float(((1 - offset) / scale).max()):.3g}"


@normalised_twice.fires_on
def imagenet_twice() -> Facts:
    return {"recording": run_with(batch(-11.366, 9.929, (-2.0, -2.0, -1.7), (4.2, 4.4, 4.4)))}


@normalised_twice.fires_on
def minus_one_to_one_twice() -> Facts:
    return {"recording": run_with(batch(-3.0, 1.0, (-1.2,), (1.1,), shape=(64, 1, 28, 28)))}


@normalised_twice.quiet_on
def imagenet_once() -> Facts:
    return {"recording": run_with(batch(-2.118, 2.64, (0.1, 0.0, 0.1), (1.0, 1.0, 1.0)))}


@normalised_twice.quiet_on
def minus_one_to_one_once() -> Facts:
    return {"recording": run_with(batch(-1.0, 1.0, (-0.1,), (0.5,), shape=(64, 1, 28, 28)))}
