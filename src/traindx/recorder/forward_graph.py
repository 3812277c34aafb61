"""Which weighted layers follow one another without a nonlinear function: read from the graph that autograd built."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Node: TypeAlias = Any

MOST_NODES = 20_000
"""Nodes of a graph that are looked at; of a larger one nothing is said."""
SHAPES = (
    *("View", "UnsafeView", "ReshapeAlias", "T", "Transpose", "Permute", "Unsqueeze", "Squeeze", "Expand", "Clone"),
    *("ToCopy", "Alias", "AsStrided", "Slice", "Select", "Split", "Unbind", "Movedim", "Contiguous"),
)
LINEAR = (
    *("NativeDropout", "Mean", "Sum", "ConstantPadNd", "Neg", "AvgPool1D", "AvgPool2D", "AvgPool3D", "Index", "Roll"),
    *("AdaptiveAvgPool2D", "MkldnnAdaptiveAvgPool2D", "NativeBatchNorm", "CudnnBatchNorm", "MiopenBatchNorm"),
    *("UpsampleNearest2D", "UpsampleBilinear2D", "PixelShuffle", "SplitWithSizes", "FeatureDropout"),
)
PRODUCTS = ("Convolution", "Addmm", "Mm", "Linear", "MkldnnConvolution", "CudnnConvolution")


@dataclass
class Weighted:
    """A convolution or a matrix product with a weight: where it stands in the order of calls, and what feeds it.

    `after` are the weighted nodes whose output reaches it through linear operations alone; `through` the first operation on
    each of its other ways back, `start` where that is the input of the network.
    """

    order: int
    node: Node
    weight: Any
    groups: int = 1
    after: list[Node] = field(default_factory=list)
    through: set[str] = field(default_factory=set)


def kind_of(node: Node) -> str:
    """`Relu` of a node ReluBackward0."""
    return str(node.name()).rstrip("0123456789").removesuffix("Backward")


def edges(node: Node) -> list[Node | None]:
    """The nodes that made the inputs of an operation, None for an input without gradient."""
    return [edge for edge, _ in node.next_functions]


def nodes_behind(losses: list[Any]) -> set[Node] | None:
    """The nodes from which losses were made; None where there are too many."""
    pending, seen = [loss.grad_fn for loss in losses if loss.grad_fn is not None], set[Node]()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        if len(seen) >= MOST_NODES:
            return None
        seen.add(node)
        pending += [edge for edge in edges(node) if edge is not None]
    return seen


def walk(losses: list[Any]) -> tuple[list[Weighted], Counter[str]] | None:
    """The weighted nodes behind the losses, in the order in which they were called, and how many nodes there are of each kind.

    None where there are too many.
    """
    pending, seen = [loss.grad_fn for loss in losses if loss.grad_fn is not None], dict[Node, None]()
    kinds: Counter[str] = Counter()
    weighted: dict[Node, Weighted] = {}
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        if len(seen) >= MOST_NODES:
            return None
        seen[node] = None
        kind = kind_of(node)
        kinds[kind] += 1
        found = _data_and_weight(node, kind)
        if found is not None:
            groups = getattr(node, "_saved_groups", 1) if "onvolution" in kind else 1
            weighted[node] = Weighted(node._sequence_nr(), node, found[1], groups)
        pending += [edge for edge in edges(node) if edge is not None]
    for one in weighted.values():
        found = _data_and_weight(one.node, kind_of(one.node))
        _trace(one, None if found is None else found[0], weighted)
    return sorted(weighted.values(), key=lambda one: one.order), kinds


def _data_and_weight(node: Node, kind: str) -> tuple[Node | None, Any] | None:
    """Of a product with a weight the node that made its data, and the weight (None for a frozen one); None of others."""
    if kind not in PRODUCTS:
        return None
    into = edges(node)
    data, weight = (1, 2) if kind == "Addmm" else (0, 1)
    if not is_weight(into[weight]):
        data, weight = weight, data
    if not is_weight(into[weight]) or (into[data] is None and into[weight] is None):
        return None
    return into[data], parameter_of(into[weight])


def is_weight(node: Node | None, depth: int = 6) -> bool:
    """Whether nothing but a parameter, in another shape or type or scaled, stands behind a node."""
    if node is None or kind_of(node) == "torch::autograd::AccumulateGrad":
        return True
    if not depth or kind_of(node) not in (*SHAPES, "Mul", "Div"):
        return False
    return all(is_weight(edge, depth - 1) for edge in edges(node))


def parameter_of(node: Node | None) -> Any:
    """The parameter behind a node of which `is_weight` holds."""
    while node is not None:
        if kind_of(node) == "torch::autograd::AccumulateGrad":
            return node.variable
        node = next((edge for edge in edges(node) if edge is not None), None)
    return None


def _trace(one: Weighted, data: Node | None, weighted: dict[Node, Weighted]) -> None:
    """Go back from a weighted node's data, through what is linear, to what stands before it."""
    pending, seen = [data], set[Node]()
    while pending:
        node = pending.pop()
        if node is None:
            one.through.add("start")
            continue
        if node in seen:
            continue
        seen.add(node)
        kind = kind_of(node)
        if node in weighted:
            one.after.append(node)
        elif kind in SHAPES or kind in LINEAR:
            pending.append(edges(node)[0])
        elif kind in ("Mul", "Div", "Add", "Sub"):
            ways = [edge for edge in edges(node) if edge is not None and not is_weight(edge)]
            if len(ways) == 1:
                pending += ways
            else:
                one.through.add("sum" if kind in ("Add", "Sub") and ways else kind if ways else "start")
        else:
            one.through.add("start" if kind == "torch::autograd::AccumulateGrad" else kind)
