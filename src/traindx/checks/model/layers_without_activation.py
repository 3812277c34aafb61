"""M108: layers follow one another with nothing but linear operations or pooling between, where that gains nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.layer_graph import layer_graph
from traindx.core.linearity import rows_of, superfluous
from traindx.core.recording import Recording


@check("M108", level="warning")
def layers_without_activation(recording: Recording) -> Iterator[Finding | Measured]:
    """Two linear layers collapse into one, or a whole network has no activation but its pooling.

    ## Why is this bad?
    A linear layer behind a linear layer adds parameters and nothing that the two could not do as one.

    ## How to fix
    Put an activation between them, or leave one of them out.

    Named are: networks of at least three layers in which nothing but max pooling is nonlinear; and three fully connected
    layers in a row. A layer narrower than its neighbours is a factorisation and not named, nor is a layer behind a frozen
    one. Convolutions behind convolutions are not named by themselves: separable ones, feature pyramids and inverted
    residuals are built so.
    """
    graph = layer_graph(recording)
    if graph is None or len(graph.layers) < 2:
        return
    longest = max(map(len, rows_of(graph)), default=1)
    yield Measured("fully connected layers in a row without activation", longest, "under 3")
    for layer, text in superfluous(graph):  # where all is linear M107 names it
        yield Finding(Place(layer=layer, step=0), text)


def _graph(*layers: tuple[list[int], list[int], list[str]]) -> dict[str, Any]:
    entries = [
        {"name": f"layers.{at}.weight", "shape": shape, "groups": 1, "after": after, "through": through}
        for at, (shape, after, through) in enumerate(layers)
    ]
    return {"kind": "graph", "step": 0, "weighted": entries, "operations": {"Addmm": len(layers)}}


@layers_without_activation.fires_on
def a_classifier_of_three_layers_in_a_row() -> Facts:
    line = _graph(
        ([16, 3, 3, 3], [], ["start"]), ([128, 256], [], ["Relu"]), ([128, 128], [1], []), ([10, 128], [2], [])
    )
    return {"recording": recording_with(falling(), events=[line])}


@layers_without_activation.fires_on
def convolutions_with_nothing_but_pooling() -> Facts:
    pool = ["MaxPool2DWithIndices"]
    line = _graph(([16, 3, 3, 3], [], ["start"]), ([32, 16, 3, 3], [], pool), ([10, 128], [], pool))
    return {"recording": recording_with(falling(), events=[line])}


@layers_without_activation.quiet_on
def convolutions_with_activations_before_their_pooling() -> Facts:
    pool = ["MaxPool2DWithIndices"]
    line = _graph(([16, 3, 3, 3], [], ["start"]), ([32, 16, 3, 3], [], pool), ([10, 128], [], pool))
    line["operations"] |= {"Relu": 2, "MaxPool2DWithIndices": 2}
    return {"recording": recording_with(falling(), events=[line])}


@layers_without_activation.quiet_on
def an_embedding_and_its_classifier() -> Facts:
    line = _graph(([16, 3, 3, 3], [], ["start"]), ([128, 512], [], ["Relu"]), ([10, 128], [1], []))
    return {"recording": recording_with(falling(), events=[line])}


@layers_without_activation.quiet_on
def a_feature_pyramid() -> Facts:
    conv = [256, 256, 3, 3]
    line = _graph(([256, 3, 3, 3], [], ["start"]), ([256, 256, 1, 1], [], ["Relu"]), (conv, [1], []), (conv, [2], []))
    return {"recording": recording_with(falling(), events=[line])}
