"""The operation that made a tensor of scores, read from the graph: an activation, or what it is a view of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TRANSPARENT = ("View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze", "Permute", "Transpose", "T", "Alias")
"""Operations that only lay the same numbers out in another way."""
COPIES = ("Clone", "ToCopy")
"""Operations that hand the same numbers on, dimension by dimension."""
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
    node, name, laid_out = _behind(tensor.grad_fn)
    if name not in SOFTMAX:
        return Source(name)
    axis = None if laid_out else getattr(node, "_saved_dim", None)
    if axis is not None:
        axis = (axis - (1 << 64) if axis >= 1 << 63 else axis) % max(tensor.dim(), 1)
    return Source(name, axis, _behind(_first_input(node))[1])


def _behind(node: Any) -> tuple[Any, str, bool]:
    """The first node that is more than a view or a copy, its name, and whether views lie before it."""
    laid_out = False
    for _ in range(DEEPEST):
        if node is None:
            break
        name = node.name().partition("Backward")[0].rpartition("::")[2]
        if name not in TRANSPARENT and name not in COPIES:
            return node, "" if name == "AccumulateGrad" else name, laid_out
        laid_out |= name in TRANSPARENT
        node = _first_input(node)
    return None, "", laid_out


def _first_input(node: Any) -> Any:
    return node.next_functions[0][0] if node.next_functions else None
