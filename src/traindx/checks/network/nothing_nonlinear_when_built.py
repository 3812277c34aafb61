"""M219: no nonlinear function stands anywhere between the first and the last layer of a network that was built."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.linearity import linear_pairs, nothing_nonlinear
from traindx.core.network import Network
from traindx.core.network_example import chain, network_with


@check("M219", level="error")
def nothing_nonlinear_when_built(network: Network) -> Iterator[Finding | Measured]:
    """Three or more layers follow one another, and nothing nonlinear stands between any two of them.

    ## Why is this bad?
    Linear layers in a row are one linear layer: depth adds nothing, and the network can learn no more than a linear model.

    ## How to fix
    Put an activation (`nn.ReLU()`, or `F.relu` in `forward`) behind every layer but the last. Dropout, average pooling and batch
    normalisation in between are linear too.

    Read from the graph that autograd built in a forward pass, so functions count as well as modules; judged as by M107.
    """
    graph = network.graph
    if graph is None or len(graph.layers) < 2:
        return
    number = f"fewer than {len(graph.layers) - 1}"
    yield Measured("layers that follow another with nothing nonlinear between", linear_pairs(graph), number)
    text = nothing_nonlinear(graph)
    if text is not None:
        yield Finding(network.place(graph.layers[1].name), text)


@nothing_nonlinear_when_built.fires_on
def three_layers_without_activation() -> Facts:
    graph = chain(([128, 64], [], ["start"]), ([128, 128], [0], []), ([10, 128], [1], []))
    return {"network": network_with(graph=graph)}


@nothing_nonlinear_when_built.quiet_on
def activations_between() -> Facts:
    return {"network": network_with()}


@nothing_nonlinear_when_built.quiet_on
def a_factorised_linear_probe() -> Facts:
    return {"network": network_with(graph=chain(([8, 64], [], ["start"]), ([10, 8], [0], [])))}
