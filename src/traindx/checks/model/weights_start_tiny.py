"""M114: most layers start with weights that are far smaller than any usual initialisation, and the run does not learn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.first_signal import LayerSignal, first_signal, has_learned, set_by
from traindx.core.recording import Recording


@check("M114", level="error", preview=True)
def weights_start_tiny(
    recording: Recording, *, least: float = 0.02, share: float = 0.5
) -> Iterator[Finding | Measured]:
    """The weights of most layers begin at less than a fiftieth of torch's default, and little is learned.

    ## Why is this bad?
    The signal and the gradient shrink by that factor in each layer. Where normalisation takes the factor out again, a step that is
    small for usual weights overwrites these: they are what the first steps make of them.

    ## How to fix
    Leave the initialisation to the layers, or use `kaiming_normal_`; a standard deviation of 0.01 and less suits a last
    layer alone. torch's default has 1 / sqrt(3 fan in).

    `least` and `share`, of the trained layers that do not begin at zero, are guesses.
    """
    layers = [layer for layer in first_signal(recording) if layer.trained and layer.weight_rms > 0]
    if len(layers) < 2:
        return
    sizes = np.array([layer.weight_rms / _default(layer) for layer in layers])
    yield Measured("weights at the start over torch's default (median)", float(np.median(sizes)), f"over {least:g}")
    if (sizes < least).mean() < share or has_learned(recording) is not False:
        return
    first = layers[int(np.argmin(sizes))]
    parameter = f"{first.name}.weight"
    call = set_by(recording, parameter)
    source = call[1] if call else None
    path, line = (source.path, source.line) if source else (None, None)
    text = f"{int((sizes < least).sum())} of {len(layers)} layers start with tiny weights: {first.name} at {first.weight_rms:.2g}"
    text += f" (torch's default is {_default(first):.2g})" + (f" by {call[0]}" if call else "")
    yield Finding(Place(path, line, layer=first.name, parameter=parameter, step=0), text)


def _default(layer: LayerSignal) -> float:
    """The root mean square of a layer's weights as torch draws them."""
    shape = layer.shape
    fan_in = math.prod(shape[1:]) if "Transpose" not in layer.kind else math.prod((shape[0], *shape[2:]))
    return 1 / math.sqrt(3 * max(fan_in, 1))


def _run(rms: float, loss: list[float]) -> Facts:
    entry: dict[str, Any] = {"kind": "Conv2d", "shape": [32, 16, 3, 3], "groups": 1, "trained": True, "weight_rms": rms}
    numbers = {"in_rms": 1.0, "in_vary": 1.0, "out_vary": 1.0, "spread": 1.0}
    layers = [{"name": f"layers.{n}", **entry, **numbers} for n in range(3)]
    return {"recording": recording_with(loss, events=[{"kind": "signal", "step": 0, "layers": layers}])}


@weights_start_tiny.fires_on
def a_ten_thousandth_in_every_layer() -> Facts:
    return _run(1e-4, flat())


@weights_start_tiny.quiet_on
def tiny_and_learning_all_the_same() -> Facts:
    return _run(1e-4, falling())


@weights_start_tiny.quiet_on
def of_the_usual_size() -> Facts:
    return _run(0.02, flat())
