"""M102: weights so small that hardly anything of the input reaches the last layer, and the loss stays where it began."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Bars, Finding, Measured, Place
from traindx.core.first_signal import LayerSignal, first_signal, flat_steps, has_learned, mean_gain, passed_on, set_by
from traindx.core.layer_graph import layer_graph
from traindx.core.recording import Recording


@check("M102", level="error")
def signal_fades(
    recording: Recording, *, gain: float = 0.25, passed: float = 0.02, stalled: float = 0.3
) -> Iterator[Finding | Measured]:
    """The weights start so small that what tells samples apart shrinks from layer to layer, and the loss does not move.

    ## Why is this bad?
    What reaches the last layer is the same for every picture, and the gradient of each layer is shrunk by all behind it: the
    first layers get none. The loss stands at chance.

    ## How to fix
    Leave torch's default, or draw by the size of the layer: `nn.init.kaiming_normal_(weight)` for ReLU. A fixed deviation
    such as 0.01 or 0.001 is too small for most layers. Normalisation between the layers makes their scale harmless. The
    gain of a layer is how much the differences between samples grow in it: 0.5 to 0.7 by torch's default, 1.4 by He's rule,
    0.12 for a convolution of 16 channels with deviation 0.01.

    `gain` is the geometric mean over the trained layers under which they count as too small, `passed` the share of the
    input's differences that enters the last layer, `stalled` the share of the run in which the loss stays within 5 % of its
    start (all three a guess).
    """
    layers = first_signal(recording)
    trained = sum(x.trained for x in layers)
    if trained < 2 or 2 * trained < len(layers):  # heads alone often start small, behind a body that is frozen
        return
    mean, reaches = mean_gain(layers), passed_on(layers)
    yield Measured("gain of a layer at the start (geometric mean)", mean, f"over {gain:g}")
    yield Measured(
        "differences between samples that enter the last layer, as a share of the input's", reaches, f"over {passed:g}"
    )
    graph = layer_graph(recording)
    if not (mean < gain and reaches < passed) or (graph is not None and graph.is_normalised):
        return
    still, steps = flat_steps(recording)
    if steps < 20 or (has_learned(recording) and still < stalled * steps) or still < min(20, stalled * steps):
        return
    yield _finding(recording, layers, mean, reaches, still)


def _finding(recording: Recording, layers: tuple[LayerSignal, ...], mean: float, reaches: float, still: int) -> Finding:
    small = [x for x in layers if x.trained and x.gain > 0]
    worst = min(small, key=lambda x: x.gain)
    call = set_by(recording, f"{worst.name}.weight")
    place = Place(layer=worst.name, parameter=f"{worst.name}.weight", step=0)
    if call and call[1]:
        place = Place(call[1].path, call[1].line, layer=worst.name, parameter=f"{worst.name}.weight", step=0)
    text = f"a layer passes on {mean:.2g} of what tells samples apart (should be over 0.25), {reaches:.1g} enters the last one"
    text += f"; {worst.name} starts at {worst.weight_rms:.2g}" + (f" by {call[0]}" if call else "")
    bars = Bars("gain by layer", tuple(x.name for x in small), (("gain", tuple(x.gain for x in small)),))
    return Finding(place, f"{text}; the loss stands still for {still} steps", (bars,))


def _layers(gain: float, count: int = 4) -> dict[str, Any]:
    entries = []
    for at in range(count):
        vary = (gain * 0.7) ** at
        numbers = {"in_rms": vary, "in_vary": vary, "out_vary": vary * gain, "weight_rms": 0.01, "spread": 0.97}
        entries.append(
            {"name": f"conv{at}", "kind": "Conv2d", "shape": [8, 8], "groups": 1, "trained": True, **numbers}
        )
    return {"kind": "signal", "step": 0, "layers": entries}


@signal_fades.fires_on
def deviation_of_a_thousandth() -> Facts:
    return {"recording": recording_with(flat(), events=[_layers(0.01)])}


@signal_fades.quiet_on
def default_weights_of_a_plain_network() -> Facts:
    return {"recording": recording_with(falling(), events=[_layers(0.57, count=8)])}


@signal_fades.quiet_on
def default_weights_of_a_run_that_stalls_for_another_reason() -> Facts:
    return {"recording": recording_with(flat(), events=[_layers(0.57)])}


@signal_fades.quiet_on
def small_weights_that_learn_at_once() -> Facts:
    return {"recording": recording_with(list(np.linspace(2.3, 0.1, 60)), events=[_layers(0.12)])}


@signal_fades.quiet_on
def a_normalised_network_of_small_residual_branches() -> Facts:
    graph = {"kind": "graph", "step": 0, "weighted": [], "operations": {"NativeLayerNorm": 8, "Add": 8}}
    return {"recording": recording_with(flat(), events=[_layers(0.15), graph])}
