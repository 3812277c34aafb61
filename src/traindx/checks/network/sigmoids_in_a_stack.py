"""M215: sigmoids between many layers: each lets at most a quarter of the gradient pass."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.built_signal import built_signal
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M215", level="error")
def sigmoids_in_a_stack(network: Network, *, layers: int = 4, passed: float = 1e-3) -> Iterator[Finding | Measured]:
    """Four or more hidden layers are followed by sigmoids, and hardly any of the signal gets through.

    ## Why is this bad?
    A sigmoid's slope is 0.25 at most. With usual weights a layer and its sigmoid pass on about 0.14 of what tells samples apart
    and as much of the gradient: the first of five layers gets less than a thousandth of it.

    ## How to fix
    Use ReLU or GELU between the layers and keep the sigmoid for the output, or normalise in front of each.

    `passed` is the share of the input's differences that enters the last layer (a guess). LeNet with sigmoids and Xavier's
    weights lets more through, and learns.
    """
    seen, graph = built_signal(network), network.graph
    if graph is None:
        return
    squashed = [x for x in graph.layers if "Sigmoid" in x.through]
    yield Measured("layers that are fed by a sigmoid", len(squashed), f"fewer than {layers}")
    if len(squashed) < layers or graph.has_norm or not seen.reaches < passed:
        return
    text = f"{len(squashed)} hidden layers end in a sigmoid; {seen.reaches:.1g} of what tells samples apart enters the last layer"
    place = network.place(squashed[0].name)
    yield Finding(place, f"{text} (should be over {passed:g})", (seen.curve,) if seen.curve else ())


@sigmoids_in_a_stack.fires_on
def seven_sigmoids_in_a_row() -> Facts:
    return {"network": network_with(gain=0.2, count=8, through="Sigmoid")}


@sigmoids_in_a_stack.quiet_on
def relus_in_a_row() -> Facts:
    return {"network": network_with(gain=0.2, count=8)}


@sigmoids_in_a_stack.quiet_on
def a_lenet_with_sigmoids() -> Facts:
    return {"network": network_with(gain=0.4, count=5, through="Sigmoid")}
