"""M107: no nonlinear function stands anywhere between the first and the last layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.layer_graph import LayerGraph, layer_graph
from traindx.core.recording import Recording


@check("M107", level="error")
def network_without_nonlinearity(recording: Recording) -> Iterator[Finding | Measured]:
    """Three or more layers follow one another, and nothing nonlinear stands between any two of them.

    ## Why is this bad?
    Linear layers in a row are one linear layer: depth adds nothing, and the network can learn no more than a linear model.

    ## How to fix
    Put an activation (`nn.ReLU()`, or `F.relu` in `forward`) behind every layer but the last. Dropout, average pooling and
    batch normalisation in between are linear too.
    Read from the graph that autograd built in the first step, so functions count as well as modules. Two layers are not named,
    nor are a factorisation (a layer narrower than both of its neighbours, as in low-rank adapters and bottlenecks), grouped
    convolutions and networks of which a part is frozen: people write these on purpose.
    """
    graph = layer_graph(recording)
    if graph is None or len(graph.layers) < 2:
        return
    nonlinear = [at for at, layer in enumerate(graph.layers) if at and set(layer.through) - {"start"}]
    pairs = sum(len(layer.after) for layer in graph.layers)
    yield Measured(
        "layers that follow another with nothing nonlinear between", pairs, f"fewer than {len(graph.layers) - 1}"
    )
    if nonlinear or len(graph.layers) < 3 or not _is_a_chain(graph):
        return
    first = graph.layers[1]
    names = ", ".join(layer.name for layer in graph.layers[:4]) + (", ..." if len(graph.layers) > 4 else "")
    text = f"nothing nonlinear stands between the {len(graph.layers)} layers {names}"
    yield Finding(
        Place(layer=graph.layers[0].name, step=0),
        f"{text}: {first.name} receives a linear function of the input (should follow an activation)",
    )


def _is_a_chain(graph: LayerGraph) -> bool:
    """Whether each layer follows the one before it, none is frozen or grouped, and none is a bottleneck on purpose."""
    layers = graph.layers
    follows = all(at - 1 in layer.after for at, layer in enumerate(layers) if at)
    plain = all(layer.weight is not None and layer.groups == 1 and len(layer.shape) >= 2 for layer in layers)
    return (
        follows
        and plain
        and not all(_is_narrow(layers[at].shape, layers[at + 1].shape) for at in range(len(layers) - 1))
    )


def _is_narrow(one: Sequence[int], two: Sequence[int]) -> bool:
    """Whether what passes between two layers is narrower than what goes in and what comes out."""
    return one[0] < min(one[1], two[0])


def _graph(*layers: tuple[list[int], list[int], list[str]], groups: int = 1) -> dict[str, Any]:
    entries = [
        {"name": f"layers.{at}.weight", "shape": shape, "groups": groups, "after": after, "through": through}
        for at, (shape, after, through) in enumerate(layers)
    ]
    return {"kind": "graph", "step": 0, "weighted": entries, "operations": {"Addmm": len(layers)}}


@network_without_nonlinearity.fires_on
def three_layers_without_activation() -> Facts:
    line = _graph(([128, 64], [], ["start"]), ([128, 128], [0], []), ([10, 128], [1], []))
    return {"recording": recording_with(falling(), events=[line])}


@network_without_nonlinearity.quiet_on
def activations_between() -> Facts:
    line = _graph(([128, 64], [], ["start"]), ([128, 128], [], ["Relu"]), ([10, 128], [], ["Relu"]))
    return {"recording": recording_with(falling(), events=[line])}


@network_without_nonlinearity.quiet_on
def projections_of_inverted_residuals() -> Facts:
    line = _graph(
        ([96, 24], [], ["start"]), ([24, 96], [], ["Hardtanh"]), ([144, 24], [1], []), ([10, 144], [], ["Hardtanh"])
    )
    return {"recording": recording_with(falling(), events=[line])}


@network_without_nonlinearity.quiet_on
def a_low_rank_model() -> Facts:
    line = _graph(([8, 64], [], ["start"]), ([64, 8], [0], []))
    return {"recording": recording_with(falling(), events=[line])}
