"""Which optimizers there are, in the order in which they are numbered, and the description of what they hold."""

from __future__ import annotations

import weakref
from typing import Any

from traindx.recorder.description import Description, held, optimizer_line, rate, signature
from traindx.recorder.roots import Roots

Place = tuple[str, int]

MOST = 200
"""Descriptions that are written where only what is trainable changes, as with layers that are thawed and frozen in turn."""


class Holdings:
    """Optimizers are held weakly. One that is gone keeps its number, as the recording names it."""

    def __init__(self) -> None:
        self._made: list[weakref.ref[Any]] = []
        self._numbered: list[weakref.ref[Any]] = []
        self._places: dict[int, Place | None] = {}
        self.description: Description | None = None
        self._described = 0

    def made(self, optimizer: Any, place: Place | None) -> None:
        """An optimizer was constructed, at `place`."""
        self._made.append(weakref.ref(optimizer))
        self._places[id(optimizer)] = place

    def knows(self, optimizer: Any) -> bool:
        """Whether an optimizer was seen before."""
        return any(reference() is optimizer for reference in self._made)

    def number_of(self, optimizer: Any) -> int | None:
        """The number that the recording gives an optimizer, or will give it; None for one that was never seen."""
        return next((i for i, o in enumerate(self.numbered) if o is optimizer), None)

    @property
    def numbered(self) -> list[Any | None]:
        """All optimizers in the order of their numbers, None for one that is gone."""
        numbered = [reference() for reference in self._numbered]
        return [*numbered, *(o for o in self.alive if all(o is not n for n in numbered))]

    @property
    def alive(self) -> list[Any]:
        """The optimizers that still exist, oldest first."""
        return [optimizer for reference in self._made if (optimizer := reference()) is not None]

    @property
    def rates(self) -> list[float | None]:
        """The learning rates of the first optimizer's groups, as they are now."""
        return [rate(group) for optimizer in self.alive[:1] for group in optimizer.param_groups]

    def parameters(self, roots: Roots) -> list[Any]:
        """All that is described; before there is a description, the root's."""
        if self.description is not None:
            return [p for p in self.description.parameters if p is not None]
        return [] if roots.root is None else list(roots.root.parameters())

    def unheld(self, roots: Roots) -> list[Any]:
        """The described parameters that no optimizer holds."""
        inside = {id(p) for optimizer in self.alive for p in held(optimizer)}
        return [p for p in self.parameters(roots) if id(p) not in inside]

    def describe(self, roots: Roots, step: int) -> list[dict[str, Any]]:
        """Describe anew where the root, its parameters or the holdings have changed; returns the lines that say so."""
        root = roots.root
        everything = self.numbered
        first = len(self._numbered)
        new = [o for o in everything[first:] if o is not None]
        if not new and self.description is not None and self.description.signature == signature(root, everything):
            return []
        self._numbered += [weakref.ref(o) for o in new]
        before, self.description = self.description, Description(root, roots.was_called, everything)
        self._described += 1
        if self._described > MOST and not new and before is not None and before.names == self.description.names:
            return []
        lines = [optimizer_line(o, first + i, self._places.get(id(o))) for i, o in enumerate(new)]
        return [self.description.line(step), *lines]
