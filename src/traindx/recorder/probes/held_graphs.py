"""Graphs of past steps that something still holds: a list of losses, a running sum, a hidden state."""

from __future__ import annotations

import contextlib
import weakref
from pathlib import Path
from typing import Any

from traindx.recorder.contents import sequence
from traindx.recorder.keeping_lines import keeping_lines
from traindx.recorder.probe import Probe
from traindx.recorder.step import Step

KEY = "traindx"
DEPTH = 3000
MOST = 400
TOLD_FROM = 8
"""So many graphs are held before it is looked for the line that holds them."""


class Mark:
    """Lives as long as the node of the graph whose metadata holds it."""


class HeldGraphs(Probe):
    """Writes `graphs_held` lines {step, held, of, oldest}: of the steps that were marked before, how many graphs are alive still.

    The recorded steps are marked, in the metadata of the graph's deepest node, so that any tensor above it keeps the mark alive.
    Looked for them is at ever fewer steps, recorded or not. An event `graphs_held` names, once, the lines that keep a loss.
    """

    on_recorded = ("backward",)

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._marks: list[tuple[int, weakref.ref[Mark]]] = []
        self._told = self._was_held = False
        self._next = 10
        self._place: tuple[str, int] | None = None

    def backward(self, tensors: Any) -> None:
        """A backward pass starts: the graph is marked."""
        step = self.seen.current.number
        if self._marks and self._marks[-1][0] == step:
            return
        listed = sequence(tensors)
        tensor = tensors if listed is None else next(iter(listed), None)
        node = _deepest(getattr(tensor, "grad_fn", None))
        if node is None:
            return
        mark = Mark()
        node.metadata[KEY] = mark
        self._marks.append((step, weakref.ref(mark)))
        if len(self._marks) > MOST:
            del self._marks[1::2]
        if self._place is None:
            self._place = self.seen.frames.caller()

    def closed(self, step: Step) -> None:
        """The step is over: from time to time, which marks of earlier ones are alive."""
        if step.number < self._next:
            return
        self._next = step.number + max(5, step.number // 4)
        earlier = [(number, mark) for number, mark in self._marks if number < step.number]
        held = [number for number, mark in earlier if mark() is not None]
        if len(held) > 1 or self._was_held:
            self._was_held = len(held) > 1
            line = {"kind": "graphs_held", "step": step.number, "held": len(held), "of": len(earlier)}
            self.seen.journal.write({**line, "oldest": held[0] if held else None})
        if len(held) >= TOLD_FROM and not self._told:
            self._told = True
            place = self._place
            fields: dict[str, Any] = (
                {} if place is None else {"path": place[0], "line": place[1], "lines": _lines(*place)}
            )
            self.seen.journal.event("graphs_held", step.number, held=len(held), **fields)


def _deepest(node: Any) -> Any:
    """A node of the graph near its leaves: down along what is no parameter's own node, None without a graph."""
    for _ in range(DEPTH):
        if node is None:
            return None
        below = [n for n, _ in node.next_functions if n is not None and n.name() != "torch::autograd::AccumulateGrad"]
        inner = next((n for n in below if n.name() != "TBackward0"), None)
        if inner is None:
            return node
        node = inner
    return node


def _lines(path: str, line: int) -> list[int]:
    with contextlib.suppress(OSError, ValueError, SyntaxError, RecursionError):
        return keeping_lines(Path(path).read_text(encoding="utf-8"), line)
    return []
