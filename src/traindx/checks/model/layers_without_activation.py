"""M108: layers follow one another with nothing but linear operations or pooling between, where that gains nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.layer_graph import POOLS, GraphLayer, LayerGraph, layer_graph
from traindx.core.recording import Recording


@check("M108", level="warning")
def layers_without_activation(recording: Recording) -> Iterator[Finding | Measured]:
    """Two linear layers collapse into one, or a whole network has no activation but its pooling.

    ## Why is this bad?
    A linear layer behind a linear layer adds parameters and nothing that the two could not do as one.

    ## How to fix
    Put an activation between them, or leave one of them out.
    Named are: networks of at least three layers in which nothing but max pooling is nonlinear; three fully connected layers in a
    row; and networks of two layers. A layer narrower than its neighbours is a factorisation and not named, nor is a layer behind a
    frozen one. Convolutions behind convolutions are not named by themselves: separable ones, feature pyramids and inverted
    residuals are built so.
    """
    graph = layer_graph(recording)
    if graph is None or len(graph.layers) < 2:
        return
    rows = _rows(graph)
    yield Measured("fully connected layers in a row without activation", max(map(len, rows), default=1), "under 3")
    if _all_linear(graph):
        return  # M107 names it
    only_pools = _only_pools(graph)
    if only_pools:
        first = graph.layers[1]
        text = f"nothing but max pooling is nonlinear between the {len(graph.layers)} layers, from {first.name} on"
        yield Finding(Place(layer=graph.layers[0].name, step=0), f"{text} (should follow activations)")
    for row in rows:
        if len(row) >= 3 or len(row) == len(graph.layers) == 2:
            names = ", ".join(layer.name for layer in row)
            text = (
                f"the fully connected layers {names} follow one another without an activation: they are as good as one"
            )
            yield Finding(Place(layer=row[0].name, step=0), text)


def _all_linear(graph: LayerGraph) -> bool:
    return len(graph.layers) >= 3 and not any(set(x.through) - {"start"} for x in graph.layers[1:])


def _only_pools(graph: LayerGraph) -> bool:
    """Whether every layer behind the first is fed by the layer before it, through pooling at most."""
    pooled = [x for x in graph.layers[1:] if set(x.through) & set(POOLS)]
    plain = all(x.weight is not None and x.groups == 1 for x in graph.layers)
    fed = all(not set(x.through) - set(POOLS) and (x.after or x.through) for x in graph.layers[1:])
    return len(graph.layers) >= 3 and bool(pooled) and plain and fed


def _rows(graph: LayerGraph) -> list[list[GraphLayer]]:
    """Fully connected layers that follow one another through linear operations alone, none of them a narrow one."""
    rows: list[list[GraphLayer]] = []
    for at, layer in enumerate(graph.layers):
        before = graph.layers[at - 1] if at else None
        if before is not None and rows and rows[-1][-1] is before and _collapses(before, layer, at):
            rows[-1].append(layer)
        else:
            rows.append([layer])
    return [row for row in rows if len(row) > 1]


def _collapses(before: GraphLayer, layer: GraphLayer, at: int) -> bool:
    alone = layer.after == (at - 1,) and not layer.through
    dense = len(before.shape) == len(layer.shape) == 2 and before.weight is not None and layer.weight is not None
    return alone and dense and before.shape[0] >= min(before.shape[1], layer.shape[0])


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
def an_embedding_and_its_classifier() -> Facts:
    line = _graph(([16, 3, 3, 3], [], ["start"]), ([128, 512], [], ["Relu"]), ([10, 128], [1], []))
    return {"recording": recording_with(falling(), events=[line])}


@layers_without_activation.quiet_on
def a_feature_pyramid() -> Facts:
    conv = [256, 256, 3, 3]
    line = _graph(([256, 3, 3, 3], [], ["start"]), ([256, 256, 1, 1], [], ["Relu"]), (conv, [1], []), (conv, [2], []))
    return {"recording": recording_with(falling(), events=[line])}
