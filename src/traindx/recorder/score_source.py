"""The operation that made a tensor of scores, read from the graph: an activation, or what it is a view of."""

from __future__ import annotations

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


def source_of(tensor: Any) -> tuple[str, int | None]:
    """The operation's name without `Backward0`, and of softmax the axis where that of `tensor` is the same one.

    Only names of nodes are read: a saved tensor may be one that asking for makes anew (checkpointing). Empty without a graph.
    """
    node, laid_out = tensor.grad_fn, False
    for _ in range(DEEPEST):
        if node is None:
            return "", None
        name = node.name().partition("Backward")[0].rpartition("::")[2]
        if name not in TRANSPARENT and name not in COPIES:
            break
        laid_out |= name in TRANSPARENT
        node = node.next_functions[0][0] if node.next_functions else None
    else:
        return "", None
    axis = getattr(node, "_saved_dim", None) if name in ("Softmax", "LogSoftmax") and not laid_out else None
    if axis is None:
        return name, None
    return name, (axis - (1 << 64) if axis >= 1 << 63 else axis) % max(tensor.dim(), 1)
