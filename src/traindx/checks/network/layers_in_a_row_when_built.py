"""M220: layers of a network that was built follow one another with nothing but linear operations or pooling between."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.linearity import rows_of, superfluous
from traindx.core.network import Network
from traindx.core.network_example import chain, network_with


@check("M220", level="warning")
def layers_in_a_row_when_built(network: Network) -> Iterator[Finding | Measured]:
    """Linear layers collapse into one, or a whole network has no activation but its pooling.

    ## Why is this bad?
    A linear layer behind a linear layer adds parameters and nothing that the two could not do as one.

    ## How to fix
    Put an activation between them, or leave one of them out.

    What is named and what is not is as with M108.
    """
    graph = network.graph
    if graph is None or len(graph.layers) < 2:
        return
    longest = max(map(len, rows_of(graph)), default=1)
    yield Measured("fully connected layers in a row without activation", longest, "under 3")
    for layer, text in superfluous(graph):
        yield Finding(network.place(layer), text)


@layers_in_a_row_when_built.fires_on
def a_classifier_of_three_layers_in_a_row() -> Facts:
    first: tuple[list[int], list[int], list[str]] = ([64, 64], [], ["start"])
    graph = chain(first, ([64, 64], [], ["Relu"]), ([64, 64], [1], []), ([10, 64], [2], []))
    return {"network": network_with(graph=graph)}


@layers_in_a_row_when_built.quiet_on
def activations_between() -> Facts:
    return {"network": network_with()}
