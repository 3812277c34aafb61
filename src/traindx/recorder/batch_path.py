"""Whether the samples stay apart on their way through the network: their axis, followed back through autograd's graph."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from traindx.recorder.forward_graph import PRODUCTS, Node, edges, is_weight, kind_of, parameter_of

MOST_NODES = 5000
SAME = ("View", "UnsafeView", "ReshapeAlias", "Unsqueeze", "Squeeze", "Clone", "ToCopy", "Alias", "Contiguous")
"""Operations that keep the order of the elements."""
PERMUTING = ("Permute", "Transpose", "T")
REDUCING = ("Mean", "Sum", "Amax", "Select", "Slice", "Cat", "Split", "SplitWithSizes", "Unbind", "Max")
"""Operations along axes that their node names: where none of them is the first, what lies in the first stays there."""
ELEMENTWISE = ("Add", "Sub", "Mul", "Div")
"""Operations of which an input may have axes of size one where their result has more."""
RESIZING = ("Pool", "Upsample", "Pad")
"""Parts of the names of operations that change the axes behind the first two and nothing before."""


class Made(NamedTuple):
    """A tensor on the way: the operation that made it, and which of its results it is."""

    node: Node
    number: int

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(int(size) for size in self.node._input_metadata[self.number].shape)


ACROSS = {
    "LinalgVectorNorm": "norm",
    "Norm": "norm",
    "Softmax": "softmax",
    "SafeSoftmax": "softmax",
    "LogSoftmax": "softmax",
}
"""Operations whose result for one element is made of all those along their axes, by what they are called here."""
ON_THE_WAY = (
    "Expand",
    "ClampMin",
    "Clamp",
    "Add",
    "Sqrt",
    "Maximum",
    "Unsqueeze",
    "View",
    "UnsafeView",
    "Reciprocal",
    "Pow",
)
"""Operations between a norm and the division by it."""
FEW = 6


@dataclass(frozen=True)
class Mixed:
    """A layer (its weight) whose output has the samples in another place: its `shape`, and the axis where they lie, None if
    they are spread over several. `by`: they lie in their place, and are divided by their norm, or go through a softmax, along
    their own axis."""

    weight: Any
    shape: tuple[int, ...]
    axis: int | None
    by: str = ""


@dataclass(frozen=True)
class Followed:
    """How many layers were reached with the samples in their place, and the first at which they were not."""

    layers: int
    mixed: Mixed | None


def follow(scores: Any, samples: int) -> Followed:
    """Follow the first axis of `scores` [samples, ...] back to the layers, as far as each operation is understood.

    An element's place in a tensor, counted in row-major order, is (a * samples + sample) * `inner` + b: a view leaves `inner` as
    it is, a permutation moves it, and a layer with a weight mixes its channels (a convolution) or its last axis (a
    product), where no sample may lie. Operations that are not understood end the way without a word.
    """
    pending: list[tuple[Made, int]] = []
    if scores.grad_fn is not None:
        pending.append((Made(scores.grad_fn, scores.output_nr), math.prod(scores.shape[1:])))
    seen: set[tuple[Made, int]] = set()
    layers = 0
    while pending and len(seen) < MOST_NODES:
        made, inner = pending.pop()
        if (made, inner) in seen:
            continue
        seen.add((made, inner))
        node, kind, shape = made.node, kind_of(made.node), made.shape
        data = [Made(edge, number) for edge, number in node.next_functions if edge is not None and not is_weight(edge)]
        if kind in PRODUCTS:
            weight = next((edge for edge in edges(node)[: 3 if kind == "Addmm" else 2] if _is_parameter(edge)), None)
            if weight is None:
                continue
            axis = _mixes(node, kind, shape, inner, samples)
            if axis is not None:
                return Followed(layers, Mixed(parameter_of(weight), shape, axis))
            layers += 1
        across = _across(node, kind, shape, inner, samples) if layers or kind not in ACROSS else None
        if across is not None and data:
            return Followed(layers, Mixed(_weight_behind(data[0].node), shape, across[1], across[0]))
        if kind in PERMUTING and data and _is_spread(shape, inner, samples):
            mixed = _made_by(data[0].node)
            if mixed is not None:
                return Followed(layers, mixed)
        behind = ((given, _behind(node, kind, shape, given.shape, inner, samples)) for given in data)
        pending += [(given, found) for given, found in behind if found is not None]
    return Followed(layers, None)


def _is_spread(shape: tuple[int, ...], inner: int, samples: int) -> bool:
    """Whether the samples lie in no single axis of a tensor, and in no whole axes that follow each other."""
    edges_of = {math.prod(shape[axis:]) for axis in range(len(shape) + 1)}
    within = any(
        math.prod(shape[axis + 1 :]) <= inner and inner * samples <= math.prod(shape[axis:])
        for axis in range(len(shape))
    )
    return not within and not {inner, inner * samples} <= edges_of


def _across(node: Node, kind: str, shape: tuple[int, ...], inner: int, samples: int) -> tuple[str, int] | None:
    """What mixes the samples along their own axis, and that axis: a softmax, or a division by the norm over it."""
    axis = next((a for a in range(len(shape)) if inner == math.prod(shape[a + 1 :]) and shape[a] == samples), None)
    if axis is None:
        return None
    if kind != "Div":
        along = ACROSS.get(kind) == "softmax" and _axis(node._saved_dim, len(shape)) == axis
        return ("softmax", axis) if along else None
    norm: Node | None = edges(node)[1]
    for _ in range(FEW):
        if norm is None or kind_of(norm) not in ON_THE_WAY:
            break
        norm = next((edge for edge in edges(norm) if edge is not None), None)
    if norm is None or ACROSS.get(kind_of(norm)) != "norm":
        return None
    named = getattr(norm, "_saved_dim", None)
    axes = [named] if isinstance(named, int) else list(named or ())
    over = {_axis(one, len(shape)) for one in axes}
    same = any(e is not None and Made(e, n).shape == shape for e, n in norm.next_functions)
    return ("norm", axis) if same and axis in over and len(over) < len(shape) else None


def _weight_behind(node: Node | None) -> Any:
    """The weight of the first layer behind a few operations; None where there is none."""
    for _ in range(50):
        if node is None:
            return None
        weight = next((edge for edge in edges(node)[:3] if _is_parameter(edge)), None)
        if kind_of(node) in PRODUCTS and weight is not None:
            return parameter_of(weight)
        node = next((edge for edge in edges(node) if edge is not None and not is_weight(edge)), None)
    return None


def _made_by(node: Node) -> Mixed | None:
    """The layer behind a few operations of one input each."""
    for _ in range(50):
        into = [edge for edge in edges(node) if edge is not None]
        weights = [edge for edge in into if _is_parameter(edge)]
        if kind_of(node) in PRODUCTS and weights:
            return Mixed(parameter_of(weights[0]), Made(node, 0).shape, None)
        data = [edge for edge in into if not is_weight(edge)]
        if len(data) != 1:
            return None
        node = data[0]
    return None


def _is_parameter(node: Node | None) -> bool:
    return node is not None and is_weight(node) and parameter_of(node) is not None and parameter_of(node).dim() > 1


def _mixes(node: Node, kind: str, shape: tuple[int, ...], inner: int, samples: int) -> int | None:
    """The axis of a layer's output, of those that it mixes, in which the samples lie; None where they lie before these."""
    if "onvolution" not in kind:
        return len(shape) - 1 if inner * samples <= shape[-1] else None
    if inner * samples > math.prod(shape[1:]) or getattr(node, "_saved_groups", 1) % samples == 0:
        return None
    return next(axis for axis in range(1, len(shape)) if inner >= math.prod(shape[axis + 1 :]))


def _behind(
    node: Node, kind: str, made: tuple[int, ...], given: tuple[int, ...], inner: int, samples: int
) -> int | None:
    """`inner` in the tensor of shape `given` that went into an operation; None where that cannot be told."""
    if kind in SAME or (kind == "AsStrided" and _is_contiguous(node, made)):
        return inner if math.prod(made) == math.prod(given) else None
    if kind in PERMUTING:
        return _unpermuted(_order(node, kind, len(made)), made, inner, samples)
    if kind in PRODUCTS and "onvolution" not in kind:
        return inner // made[-1] * given[-1] if inner % made[-1] == 0 and made[:-1] == given[:-1] else None
    kept = _kept(node, kind, made, given)
    if not kept:
        return inner if made == given else None
    behind = math.prod(made[kept:])
    same = inner % behind == 0 and made[:kept] == given[:kept]
    return inner // behind * math.prod(given[kept:]) if same else None


def _kept(node: Node, kind: str, made: tuple[int, ...], given: tuple[int, ...]) -> int:
    """How many of the first axes an operation leaves as they are, whatever it does to those behind them."""
    if any(part in kind for part in RESIZING):
        return 2
    if kind in ELEMENTWISE:
        return int(len(made) == len(given) and made != given)
    return int(kind in (*PRODUCTS, "Bmm") or _leaves_first(node, kind, len(given)))


def _leaves_first(node: Node, kind: str, dims: int) -> bool:
    """Whether an operation takes some of the elements, or one for many, along other axes than the first alone."""
    named = getattr(node, "_saved_dim", None)
    axes = [named] if isinstance(named, int) else list(named or ())
    return kind in REDUCING and bool(axes) and all(_axis(axis, dims) != 0 for axis in axes)


def _is_contiguous(node: Node, made: tuple[int, ...]) -> bool:
    """Whether a view of given strides has its elements in row-major order, as one has that was changed in place."""
    return list(node._saved_stride) == [math.prod(made[axis + 1 :]) for axis in range(len(made))]


def _axis(saved: int, dims: int) -> int:
    """An axis as autograd saved it: -1 is an unsigned number there."""
    return (saved - 2**64 if saved >= 2**63 else saved) % dims


def _order(node: Node, kind: str, dims: int) -> list[int]:
    """Which axis of its input each axis of a permutation's output is."""
    if kind == "Permute":
        return [_axis(axis, dims) for axis in node._saved_dims]
    one, two = (0, 1) if kind == "T" else (_axis(node._saved_dim0, dims), _axis(node._saved_dim1, dims))
    order = list(range(dims))
    order[one], order[two] = two, one
    return order


def _unpermuted(order: list[int], made: tuple[int, ...], inner: int, samples: int) -> int | None:
    for axis, size in enumerate(made):
        behind = math.prod(made[axis + 1 :])
        if inner % behind == 0 and size % (inner // behind * samples) == 0:
            given = [made[order.index(n)] for n in range(len(made))]
            return inner // behind * math.prod(given[order[axis] + 1 :])
    return None
