"""Schedules that come one after another: the parts of `SequentialLR`, and at which step each begins."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass

from traindx.core.script import Call, Script


@dataclass(frozen=True)
class Part:
    """One schedule of several: the call that builds it, the one that joins them, and from which step to which it holds."""

    call: Call
    of: Call
    start: float
    end: float


def parts_of(combined: Call, text: Script) -> Iterator[Part]:
    """The parts of a call of `SequentialLR`, in their order; none where the text does not tell all of them and their milestones."""
    marks = combined.get("milestones", 2)
    calls = [_built(node, combined, text) for node in _listed(combined.text("schedulers", 1), text)]
    if (
        not isinstance(marks, list)
        or not all(isinstance(m, (int, float)) for m in marks)
        or len(marks) != len(calls) - 1
    ):
        return
    for call, start, end in zip(calls, [0.0, *marks], [*marks, math.inf], strict=True):
        if call is not None:
            yield Part(call, combined, float(start), float(end))


def _listed(words: str, text: Script) -> list[ast.expr]:
    """The entries of a list that is written in the call."""
    try:
        node = ast.parse(words, mode="eval").body
    except (SyntaxError, ValueError):
        return []
    return node.elts if isinstance(node, (ast.List, ast.Tuple)) else []


def _built(node: ast.expr, combined: Call, text: Script) -> Call | None:
    """The call that an entry names, or is."""
    words = ast.unparse(node)
    if isinstance(node, (ast.Name, ast.Attribute)):
        found = [c for c in text.calls if c.target == words and c.scope == combined.scope]
    else:
        own = (
            {ast.unparse(part) for part in (*node.args, *(k.value for k in node.keywords))}
            if isinstance(node, ast.Call)
            else set()
        )
        found = [
            c
            for c in text.calls
            if c.scope == combined.scope and words.startswith(f"{c.function}(") and own == {*c.texts.values()}
        ]
    return found[0] if len(found) == 1 else None
