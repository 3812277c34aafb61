"""M107: no nonlinear function stands anywhere between the first and the last layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.layer_graph import layer_graph
from traindx.core.linearity import linear_pairs, nothing_nonlinear
from traindx.core.recording import Recording


@check("M107", level="error")
def network_without_nonlinearity(recording: Recording) -> Iterator[Finding | Measured]:
    """The layers follow one another, and nothing nonlinear stands between any two of them.

    ## Why is this bad?
    Linear layers in a row are one linear layer: depth adds nothing, and the network can learn no more than a linear model.

    ## How to fix
    Put an activation (`nn.ReLU()`, or `F.relu` in `forward`) behind every layer but the last. Dropout, average pooling and
    batch normalisation in between are linear too.

    Read from the graph that autograd built in the first step, so functions count as well as modules. Two layers are named
    where both are fully connected. Not named are a factorisation (a layer narrower than both of its neighbours, as in
    low-rank adapters and bottlenecks), grouped convolutions and networks of which a part is frozen: people write these on
    purpose.
    """
    graph = layer_graph(recording)
    if graph is None or len(graph.layers) < 2:
        return
    pairs = linear_pairs(graph)
    yield Measured(
        "layers that follow another with nothing nonlinear between", pairs, f"fewer than {len(graph.layers) - 1}"
    )
    text = nothing_nonlinear(graph)
    if text is not None:
        yield Finding(Place(layer=graph.layers[0].name, step=0), text)


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


@network_without_nonlinearity.fires_on
def two_fully_connected_layers() -> Facts:
    return {"recording": recording_with(falling(), events=[_graph(([64, 128], [], ["start"]), ([10, 64], [0], []))])}


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
