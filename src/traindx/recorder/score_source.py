"""The operation that made a tensor of scores, read from the graph: an activation, or what it is a view of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TRANSPARENT = ("View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze", "Permute", "Transpose", "T", "Alias")
"""Operations that only lay the same numbers out in another way."""
COPIES = ("Clone", "ToCopy")
"""Operations that hand the same numbers on, dimension by dimension."""
PICKS = (
    "Select",
    "Slice",
    "Index",
    "IndexSelect",
    "MaskedSelect",
    "Gather",
    "Split",
    "SplitWithSizes",
    "Unbind",
    "Narrow",
)
"""Operations that hand on some of the numbers: what a softmax made is none any more after them."""
DEEPEST = 8
"""Operations that are looked behind."""

REACH: dict[str, tuple[float, float]] = {
    "Softmax": (0.0, 1.0),
    "Sigmoid": (0.0, 1.0),
    "Hardsigmoid": (0.0, 1.0),
    "Tanh": (-1.0, 1.0),
    "Relu": (0.0, float("inf")),
    "Softplus": (0.0, float("inf")),
    "LogSoftmax": (float("-inf"), 0.0),
    "LogSigmoid": (float("-inf"), 0.0),
}
"""The least and the largest value that an activation can give, by the name of its operation."""


SOFTMAX = ("Softmax", "LogSoftmax")


@dataclass(frozen=True)
class Source:
    """`made_by`: the operation's name without `Backward0`, empty without a graph. Of softmax `of`, the operation that made what
    it was given, and `axis`, where that is the same one in the scores.
    """

    made_by: str
    axis: int | None = None
    of: str = ""


def source_of(tensor: Any) -> Source:
    """What made a tensor. Only names of nodes are read: a saved tensor may be one that asking for makes anew (checkpointing)."""
    node, passed = _behind(tensor.grad_fn)
    name = _name(node)
    if name not in SOFTMAX:
        return Source(name)
    picked = next((p for p in passed if p in PICKS), None)
    if picked is not None:
        return Source(picked)
    axis = None if set(passed) - set(COPIES) else getattr(node, "_saved_dim", None)
    if axis is not None:
        axis = (axis - (1 << 64) if axis >= 1 << 63 else axis) % max(tensor.dim(), 1)
    return Source(name, axis, _name(_behind(_first_input(node))[0]))


def _behind(node: Any) -> tuple[Any, list[str]]:
    """The first node that computes something, and the names of those before it that only hand numbers on."""
    passed: list[str] = []
    while node is not None and len(passed) < DEEPEST and _name(node) in (*TRANSPARENT, *COPIES, *PICKS):
        passed.append(_name(node))
        node = _first_input(node)
    return (node if len(passed) < DEEPEST else None), passed


def _name(node: Any) -> str:
    name = "" if node is None else node.name().partition("Backward")[0].rpartition("::")[2]
    return "" if name == "AccumulateGrad" else str(name)


def _first_input(node: Any) -> Any:
    return node.next_functions[0][0] if node.next_functions else None
