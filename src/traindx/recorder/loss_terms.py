"""The errors, log-probabilities and overlaps that a loss is made of: read from the graph that autograd built of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from traindx.recorder.forward_graph import SHAPES, edges

Node: TypeAlias = Any
What: TypeAlias = Literal["error", "log-probability", "overlap"]

MOST_NODES, MOST_TERMS, DEEPEST = 600, 24, 12
"""Operations of a loss that are looked at, terms that are named, operations behind one that are looked at."""

ERRORS = (
    "MseLoss",
    "SmoothL1Loss",
    "HuberLoss",
    "BinaryCrossEntropy",
    "BinaryCrossEntropyWithLogits",
    "NllLoss",
    "NllLoss2D",
)
DISTANCES = ("Abs", "Pow", "LinalgVectorNorm", "Norm")
"""Errors where they are taken of the difference to something that does not learn."""
LOGS = ("Log", "LogSoftmax", "LogSigmoid")
PICKS = (*SHAPES, "Index", "IndexSelect", "MaskedSelect", "Gather", "Unsqueeze", "SplitWithSizes")
SUMS = (
    "Sum",
    "Mean",
    "Add",
    "Sub",
    "Rsub",
    "Neg",
    "Mul",
    "Stack",
    "Cat",
    "MaskedFill",
    "Where",
    "Diagonal",
    "Diag",
    "Trace",
)
ROOF = ("Clamp", "ClampMin", "Relu", "Maximum", "Threshold", "IndexPut")
BENT = ("Log", "Pow", "Clamp", "ClampMin")
PROBABILITY = ("Sigmoid", "Softmax")


def _kind(node: Node) -> str:
    """`Diagonal` of a node DiagonalBackward0_copy."""
    return str(node.name()).partition("Backward")[0]


@dataclass(frozen=True)
class Term:
    """An operation whose value is to become smaller (an error) or larger (a log-probability, an overlap of two boxes)."""

    what: What
    node: Node


def terms_of(losses: list[Any]) -> list[Term]:
    """The terms that reach the loss through sums and factors alone; overlaps also through a logarithm, a power or a clamp.

    Behind a clamp an error may rightly be pushed up: a margin less a distance.
    """
    pending = [(loss.grad_fn, False) for loss in losses if loss.grad_fn is not None]
    seen: set[Node] = set()
    found: list[Term] = []
    while pending and len(seen) < MOST_NODES and len(found) < MOST_TERMS:
        node, bent = pending.pop(0)
        if node in seen:
            continue
        seen.add(node)
        kind = _kind(node)
        what = _what(node, kind)
        if what == "overlap" or (what is not None and not bent):
            found.append(Term(what, node))
        elif kind in (*PICKS, *SUMS):
            pending += [(part, bent) for part in _summed(node, kind)]
        elif kind == "Div" or kind in BENT:  # of a fraction what stands above the line
            pending += [(part, bent or kind in BENT) for part in edges(node)[:1] if part is not None]
    return found


def _what(node: Node, kind: str) -> What | None:
    if kind in ERRORS or (kind in DISTANCES and _of_difference(node, kind)):
        return "error"
    if kind in LOGS and (
        kind != "Log" or _leads_to(edges(node)[0], (*PICKS, "Clamp", "ClampMin", "Add", "Rsub", "Sub", "Where"))
    ):
        return "log-probability"
    return "overlap" if kind == "Div" and _is_overlap(edges(node)[0]) else None


def _summed(node: Node, kind: str) -> Iterator[Node]:
    """What a sum or a product is made of; of p log p, an entropy, nothing."""
    parts = [edge for edge in edges(node) if edge is not None]
    if kind == "Mul" and len(parts) == 2:
        for part, other in zip(parts, reversed(parts), strict=True):
            if not _leads_to(other, (*PICKS, "Clamp", "ClampMin", "Add")):
                yield part
        return
    yield from parts


def _leads_to(node: Node | None, through: tuple[str, ...]) -> bool:
    """Whether a sigmoid or a softmax made these numbers, with only such operations after it."""
    for _ in range(DEEPEST):
        if node is None:
            return False
        kind = _kind(node)
        if kind in PROBABILITY:
            return True
        if kind not in through:
            return False
        node = next((edge for edge in edges(node) if edge is not None), None)
    return False


def activated_twice(term: Term) -> bool:
    """Whether the term is of a sigmoid of a sigmoid (or softmax), with nothing but a shape, a pick or a clamp between the two."""
    node = next((edge for edge in edges(term.node) if edge is not None), None)
    for _ in range(DEEPEST):
        kind = "" if node is None else _kind(node)
        if kind in PROBABILITY:
            return _leads_to(edges(node)[0], (*PICKS, "Clamp", "ClampMin"))
        if kind not in (*PICKS, "Clamp", "ClampMin", "Add", "Sub", "Rsub"):
            return False
        node = next((edge for edge in edges(node) if edge is not None), None)
    return False


def _of_difference(node: Node, kind: str) -> bool:
    """Whether it is the square or the size of what one that learns differs from one that does not."""
    if kind == "Pow" and getattr(node, "_saved_exponent", None) != 2:
        return False
    behind = edges(node)[0]
    return behind is not None and _kind(behind) == "Sub" and sum(edge is not None for edge in edges(behind)) == 1


def _is_overlap(node: Node | None) -> bool:
    """Whether it is an intersection of boxes: a product of clamped differences of the lesser and the greater corners."""
    pending, clamped = [node], False
    for _ in range(DEEPEST):
        node = pending.pop(0) if pending else None
        if node is None:
            return False
        kind = _kind(node)
        if kind == "Sub" and clamped:
            return _comes_from(edges(node)[0], "Minimum") and _comes_from(edges(node)[1], "Maximum")
        clamped = clamped or kind in ROOF
        if kind not in (*PICKS, *ROOF, "Mul", "Prod", "Add"):
            return False
        pending += [edge for edge in edges(node) if edge is not None]
    return False


def _comes_from(node: Node | None, kind: str) -> bool:
    for _ in range(DEEPEST):
        if node is None or _kind(node) == kind:
            return node is not None
        if _kind(node) not in PICKS:
            return False
        node = next((edge for edge in edges(node) if edge is not None), None)
    return False
