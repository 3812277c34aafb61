"""How signal and gradients go through a network that was built and not trained: the numbers that several checks judge."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from traindx.core.check import NotEnough
from traindx.core.finding import Curve
from traindx.core.first_signal import LayerSignal, mean_gain, passed_on
from traindx.core.network import Network
from traindx.core.network_overview import signal_curve


@dataclass(frozen=True)
class BuiltSignal:
    """`gain` is the mean over the layers, `reaches` the share of the input's differences that enters the last layer, `back` the
    gradient over the weight in the first third of the layers as a share of that in the last third (nan where not known)."""

    layers: tuple[LayerSignal, ...]
    gain: float
    reaches: float
    back: float
    normalised: bool
    curve: Curve | None

    @property
    def outputs(self) -> float:
        """How much the last layer's output differs between samples."""
        return self.layers[-1].out_vary

    def weakest(self) -> LayerSignal:
        """The trained layer that passes on least."""
        return min((x for x in self.layers if x.trained and x.gain > 0), key=lambda x: x.gain)

    def strongest(self) -> LayerSignal:
        """The trained layer that passes on most."""
        return max((x for x in self.layers if x.trained and x.gain > 0), key=lambda x: x.gain)


def built_signal(network: Network, fewest: int = 2) -> BuiltSignal:
    """The signal of a network that was looked at. Raises `NotEnough` where there are too few layers, or it was trained before."""
    layers = network.signal
    if len([x for x in layers if x.trained]) < fewest or network.samples < 2:
        raise NotEnough("no forward pass through enough layers was seen")
    if network.weights == "loaded":
        raise NotEnough("the weights are not those of the start")
    graph = network.graph
    normalised = graph is not None and graph.is_normalised
    return BuiltSignal(layers, mean_gain(layers), passed_on(layers), _back(network), normalised, signal_curve(network))


def _back(network: Network) -> float:
    sizes = {x.name: x.weight_rms for x in network.signal}
    found = [x.rms / sizes[x.name] for x in network.gradients if sizes.get(x.name, 0) > 0 and math.isfinite(x.rms)]
    third = len(found) // 3
    late = float(np.median(found[-third:])) if third else 0.0
    return float(np.median(found[:third])) / late if late > 0 else math.nan
