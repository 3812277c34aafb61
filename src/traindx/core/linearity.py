"""Layers that follow one another without a nonlinear function between them: judged from the graph of a forward pass."""

from __future__ import annotations

import re
from collections.abc import Sequence

from traindx.core.layer_graph import POOLS, GraphLayer, LayerGraph

_NO_ACTIVATIONS = re.compile(
    r"AccumulateGrad|\w*Convolution|Addmm|Mm|Bmm|Addbmm|Baddbmm|Einsum|T|Transpose|Permute|Squeeze|Unsqueeze|\w*View|ReshapeAlias"
    r"|Alias|Clone|ToCopy|Expand|Cat|Stack|Select|Slice|Index|Split\w*|ConstantPadNd|Add|Sub|Rsub|Mul|Div|Neg|Mean|Sum|Nll\w*"
    r"|LogSoftmax|MseLoss|BinaryCrossEntropy\w*|SmoothL1Loss|\w*AvgPool\w*|\w*MaxPool\w*|\w*BatchNorm\w*|Native\w*Norm"
    r"|NativeDropout|Upsample\w*"
)
"""Operations of autograd's graph that are linear, pool, normalise or make the loss."""


def linear_pairs(graph: LayerGraph) -> int:
    """How many times a layer follows another with nothing nonlinear between."""
    return sum(len(layer.after) for layer in graph.layers)


def nothing_nonlinear(graph: LayerGraph) -> str | None:
    """In words, that no nonlinear function stands between any two layers; None where one does. Of two, both are fully connected.

    A factorisation (a layer narrower than both of its neighbours), grouped convolutions and networks of which a part is frozen
    are not named: people write these on purpose.
    """
    if not is_all_linear(graph) or not _is_a_chain(graph):
        return None
    names = ", ".join(layer.name for layer in graph.layers[:4]) + (", ..." if len(graph.layers) > 4 else "")
    first = graph.layers[1].name
    text = f"nothing nonlinear stands between the {len(graph.layers)} layers {names}"
    return f"{text}: {first} receives a linear function of the input (should follow an activation)"


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


def is_all_linear(graph: LayerGraph) -> bool:
    """Whether three or more layers follow one another without anything nonlinear, or two that are fully connected."""
    dense = all(len(layer.shape) == 2 for layer in graph.layers)
    enough = len(graph.layers) >= (2 if dense else 3)
    return enough and not any(set(layer.through) - {"start"} for layer in graph.layers[1:])


def has_only_pools(graph: LayerGraph) -> bool:
    """Whether every layer behind the first is fed by the layer before it, through pooling at most.

    `through` names the last operation before a layer: before the pooling there may be an activation, which then is among
    the graph's operations.
    """
    if not all(_NO_ACTIVATIONS.fullmatch(name.rpartition("::")[2]) for name in graph.operations):
        return False
    pooled = [x for x in graph.layers[1:] if set(x.through) & set(POOLS)]
    plain = all(x.weight is not None and x.groups == 1 for x in graph.layers)
    fed = all(not set(x.through) - set(POOLS) and (x.after or x.through) for x in graph.layers[1:])
    return len(graph.layers) >= 3 and bool(pooled) and plain and fed


def rows_of(graph: LayerGraph) -> list[list[GraphLayer]]:
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


def superfluous(graph: LayerGraph) -> list[tuple[str, str]]:
    """Layers that gain nothing, each as the first layer's name and what is wrong in words; empty where all is linear."""
    if is_all_linear(graph):
        return []
    found = []
    if has_only_pools(graph):
        text = f"nothing but max pooling is nonlinear between the {len(graph.layers)} layers, from {graph.layers[1].name} on"
        found.append((graph.layers[0].name, f"{text} (should follow activations)"))
    for row in rows_of(graph):
        if len(row) >= 3:
            names = ", ".join(layer.name for layer in row)
            text = (
                f"the fully connected layers {names} follow one another without an activation: they are as good as one"
            )
            found.append((row[0].name, text))
    return found
