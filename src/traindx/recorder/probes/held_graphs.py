"""Graphs of past steps that something still holds: a list of losses, a running sum, a hidden state."""

from __future__ import annotations

import contextlib
import weakref
from pathlib import Path
from typing import Any

from traindx.recorder.contents import sequence
from traindx.recorder.keeping_lines import keeping_lines
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.step import Step

KEY = "traindx"
DEPTH = 3000
MOST = 400
TOLD_FROM = 8
"""So many graphs are held before it is looked for the line that holds them."""


class Mark:
    """Lives as long as the node of the graph whose metadata holds it."""


class Marks:
    """The marked graphs of one kind, by step, and the user's line that made the first of them."""

    def __init__(self) -> None:
        self.all: list[tuple[int, weakref.ref[Mark]]] = []
        self.place: tuple[str, int] | None = None
        self.told = False

    def add(self, step: int, tensor: Any) -> bool:
        """Mark the graph of a tensor; false where it has none."""
        node = _deepest(getattr(tensor, "grad_fn", None))
        if node is None:
            return False
        mark = node.metadata[KEY] = Mark()
        self.all.append((step, weakref.ref(mark)))
        if len(self.all) > MOST:
            del self.all[1::2]
        return True

    def before(self, step: int) -> tuple[list[int], int]:
        """The steps before this one whose graph is alive, and how many were marked."""
        earlier = [(number, mark) for number, mark in self.all if number < step]
        return [number for number, mark in earlier if mark() is not None], len(earlier)


class HeldGraphs(Probe):
    """Writes `graphs_held` lines {of, step, held, marked, oldest}: how many of the graphs that were marked before are alive still.

    Of `training` the recorded steps are marked, of `validation` the losses in evaluation mode, in the metadata of the graph's
    deepest node, so that any tensor above it keeps the mark alive. Looked for them is at ever fewer steps, recorded or not.
    An event `graphs_held` names, once for each, the lines that keep a loss.
    """

    on_recorded = ("forward", "backward", "loss")

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._marks = {"training": Marks(), "validation": Marks()}
        self._held: dict[str, int] = {}
        self._next = 10

    def backward(self, tensors: Any) -> None:
        """A backward pass starts: the graph is marked."""
        listed = sequence(tensors)
        self._mark("training", tensors if listed is None else next(iter(listed), None))

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function returned; in evaluation mode nobody differentiates it."""
        root = self.seen.roots.root
        if root is not None and not root.training:
            self._mark("validation", value)

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: whether losses are of interest."""
        (self.rest if module.training else self.wake)("loss")

    def mode_called(self, module: Any, training: bool) -> None:
        """`train` or `eval` was called."""
        root = self.seen.roots.root
        if root is not None:
            (self.rest if root.training else self.wake)("loss")

    def _mark(self, kind: str, tensor: Any) -> None:
        marks, step = self._marks[kind], self.seen.now_at
        if marks.all and marks.all[-1][0] == step:
            return
        if marks.add(step, tensor) and marks.place is None:
            marks.place = self.seen.frames.caller()

    def closed(self, step: Step) -> None:
        """The step is over: from time to time, which marks of earlier ones are alive."""
        if step.number < self._next:
            return
        self._next = step.number + max(5, step.number // 4)
        self.rest("closed", until=self._next)
        for kind, marks in self._marks.items():
            held, marked = marks.before(step.number)
            if len(held) > 1 or self._held.get(kind):
                self._held[kind] = len(held) if len(held) > 1 else 0
                line = {"kind": "graphs_held", "of": kind, "step": step.number, "held": len(held), "marked": marked}
                self.seen.journal.write({**line, "oldest": held[0] if held else None})
            if len(held) >= (TOLD_FROM if kind == "training" else 2) and not marks.told:
                marks.told = True
                place = marks.place
                fields: dict[str, Any] = (
                    {} if place is None else {"path": place[0], "line": place[1], "lines": _lines(*place)}
                )
                self.seen.journal.event("graphs_held", step.number, of=kind, held=len(held), **fields)


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
