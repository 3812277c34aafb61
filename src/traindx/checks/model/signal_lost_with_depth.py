"""M104: a deep stack without normalisation or residual connections passes neither signal nor gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Bars, Finding, Measured, Place
from traindx.core.first_signal import first_signal, flat_steps, has_learned, mean_gain, passed_on
from traindx.core.layer_graph import layer_graph
from traindx.core.recording import Recording


@check("M104", level="error")
def signal_lost_with_depth(
    recording: Recording, *, passed: float = 1e-3, gradients: float = 0.01, deep: int = 7
) -> Iterator[Finding | Measured]:
    """Usual weights, many layers, no normalisation and no residual connection: nothing gets through, and nothing is learned.

    ## Why is this bad?
    By torch's default each layer and its activation pass on about 0.4 of what tells samples apart: after ten layers a
    ten-thousandth is left, and as much of the gradient comes back to the first layer. The loss stands at chance.

    ## How to fix
    Put a normalisation layer behind each convolution, add residual connections, or draw the weights by He's rule
    (`nn.init.kaiming_normal_`), which keeps the signal's size through ReLU layers.

    `passed` is the share of the input's differences between samples that enters the last layer, `gradients` the median
    gradient (over its weights) of the first third of the layers as a share of that of the last third, `deep` the least
    number of layers (all a guess). Networks that learn are left alone.
    """
    layers, graph = first_signal(recording), layer_graph(recording)
    if len(layers) < deep or graph is None:
        return
    reaches, back, mean = passed_on(layers), _gradients_reach(recording), mean_gain(layers)
    yield Measured(
        "differences between samples that enter the last layer, as a share of the input's", reaches, f"over {passed:g}"
    )
    yield Measured("gradient over weight, first third of the layers to the last", back, f"over {gradients:g}")
    if graph.has_norm or graph.has_sum or not 0.25 <= mean <= 2.5 or _squashed(recording) or has_learned(recording):
        return
    still, steps = flat_steps(recording)
    if steps < 20 or still < 0.5 * steps or not (reaches < passed and back < gradients):
        return
    text = f"of what tells samples apart {reaches:.1g} enters the last of {len(layers)} layers (should be over {passed:g}), and the"
    text += f" first third gets {back:.1g} of the last third's gradient: no layer normalises, none is bridged"
    bars = Bars(
        "signal by layer",
        tuple(x.name for x in layers),
        (("differences that enter", tuple(x.in_vary for x in layers)),),
    )
    yield Finding(Place(layer=layers[0].name, step=0), text, (bars,))


def _gradients_reach(recording: Recording) -> float:
    """Median of gradient over weight in the first third of the weighted layers, over that in the last third."""
    names = {x.name for x in recording.parameters if len(x.shape) >= 2}
    grad, weight = recording.per_parameter("grad"), recording.per_parameter("weight")
    if not len(grad):
        return float("nan")
    at = [
        i
        for i, p in enumerate(recording.parameters)
        if p.name in names and np.isfinite(grad[0][i]) and weight[0][i] > 0
    ]
    ratios = np.array([grad[0][i] / weight[0][i] for i in at])
    third = len(ratios) // 3
    late = float(np.median(ratios[-third:])) if third else 0.0
    return float(np.median(ratios[:third])) / late if late > 0 else float("nan")


def _squashed(recording: Recording) -> bool:
    """Whether most layers are fed by sigmoids, which M106 names."""
    graph = layer_graph(recording)
    return graph is not None and 2 * sum("Sigmoid" in x.through for x in graph.layers) > len(graph.layers)


def _run(loss: list[float], operations: dict[str, int], through: str = "Relu") -> Facts:
    entries, weighted, names = [], [], [f"layers.{at}" for at in range(12)]
    for at, name in enumerate(names):
        vary = 0.4**at
        numbers = {"in_rms": vary, "in_vary": vary, "out_vary": 0.57 * vary, "weight_rms": 0.1, "spread": 0.97}
        entries.append({"name": name, "kind": "Conv2d", "shape": [8, 8], "groups": 1, "trained": True, **numbers})
        weighted.append(
            {
                "name": f"{name}.weight",
                "shape": [8, 8],
                "groups": 1,
                "after": [],
                "through": [through if at else "start"],
            }
        )
    held: list[dict[str, Any]] = [{"name": f"{name}.weight", "shape": [8, 8], "optimizer": 0} for name in names]
    columns = {"parameters": {"grad": [1e-7 * 3.0**at for at in range(12)], "weight": [1.0] * 12}}
    lines = [
        {"kind": "signal", "step": 0, "layers": entries},
        {"kind": "graph", "step": 0, "weighted": weighted, "operations": operations},
    ]
    return {"recording": recording_with(loss, parameters=held, detail=columns, events=lines)}


@signal_lost_with_depth.fires_on
def twelve_plain_layers() -> Facts:
    return _run(flat(), {"Convolution": 12, "Relu": 11})


@signal_lost_with_depth.quiet_on
def the_same_with_normalisation() -> Facts:
    return _run(flat(), {"Convolution": 12, "Relu": 11, "NativeBatchNorm": 11})


@signal_lost_with_depth.quiet_on
def the_same_with_residual_connections() -> Facts:
    return _run(flat(), {"Convolution": 12, "Relu": 11, "Add": 6})


@signal_lost_with_depth.quiet_on
def a_plain_network_that_learns() -> Facts:
    return _run(falling(), {"Convolution": 12, "Relu": 11})
