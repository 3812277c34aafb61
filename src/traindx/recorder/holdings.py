"""Which optimizers there are, in the order in which they are numbered, and the description of what they hold."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import get_ident
from typing import Any

from traindx.recorder.description import Description, held, optimizer_line, rate, signature
from traindx.recorder.roots import Roots

Place = tuple[str, int]

MOST = 200
"""Descriptions that are written, and optimizers that get a number. Later ones are noticed, and stay unwritten."""


@dataclass(frozen=True)
class Made:
    """An optimizer, the line and the thread that made it, and whether the bound thread has stepped it."""

    reference: weakref.ref[Any]
    place: Place | None
    thread: int
    stepped: bool = False


class Holdings:
    """Optimizers are held weakly. One that is gone keeps its number, as the recording names it.

    `in_threads`: other threads train too. Then gradients are read of those parameters only that the bound thread steps.
    """

    def __init__(self) -> None:
        self._made: dict[int, Made] = {}
        self._elsewhere: dict[int, Made] = {}
        self._prune_at = 64
        self._numbered: list[weakref.ref[Any]] = []
        self.in_threads = False
        self.description: Description | None = None
        self._described = 0
        self._first: Callable[[], Any] = _none

    def made(self, optimizer: Any, place: Place | None) -> None:
        """An optimizer was constructed, at `place`."""
        self._changed()
        self._made.pop(id(optimizer), None)  # of one that is gone
        self._made[id(optimizer)] = Made(weakref.ref(optimizer), place, get_ident())
        if len(self._made) > self._prune_at:
            self._made = {key: made for key, made in self._made.items() if made.reference() is not None}
            self._prune_at = 2 * len(self._made) + 64

    def stepped(self, optimizer: Any) -> bool:
        """The bound thread steps an optimizer; whether that is the first that is seen of it."""
        made = self._made.get(id(optimizer))
        if made is not None and _is(made, optimizer):
            if not made.stepped:
                self._changed()
                self._made[id(optimizer)] = replace(made, stepped=True)
            return False
        earlier = self._elsewhere.pop(id(optimizer), None)
        self.made(optimizer, earlier.place if earlier is not None and _is(earlier, optimizer) else None)
        self._made[id(optimizer)] = replace(self._made[id(optimizer)], stepped=True)
        return True

    def keep_of(self, thread: int) -> None:
        """From now on this thread is the bound one: optimizers that others made may be theirs to step."""
        self._changed()
        self._elsewhere.update({key: made for key, made in list(self._made.items()) if made.thread != thread})
        self._made = {key: made for key, made in list(self._made.items()) if made.thread == thread}

    def leave(self, optimizer: Any) -> None:
        """Another thread steps an optimizer. Called in that thread, while the bound one may be at work in here."""
        made = self._made.get(id(optimizer))
        if made is not None and _is(made, optimizer):
            self._elsewhere[id(optimizer)] = made
            self._changed()

    def is_known(self, parameters: list[Any]) -> bool:
        """Whether all of these parameters are described already."""
        if self.description is None:
            return False
        index, described = self.description.index, self.description.parameter
        return all(id(p) in index and described(index[id(p)]) is p for p in parameters)

    def number_of(self, optimizer: Any) -> int | None:
        """The number that the recording gives an optimizer, or will give it; None for one that it does not name."""
        return next((i for i, o in enumerate(self.numbered) if o is optimizer), None)

    @property
    def numbered(self) -> list[Any | None]:
        """The optimizers in the order of their numbers, None for one that is gone; `MOST` at most."""
        numbered = [reference() for reference in self._numbered]
        known = set(map(id, numbered))
        return [*numbered, *(o for o in self.alive if id(o) not in known)][:MOST]

    @property
    def alive(self) -> list[Any]:
        """The optimizers that still exist, oldest first."""
        return list(self._living())

    def _living(self) -> Iterator[Any]:
        for key, made in self._made.items():
            optimizer = made.reference()
            if optimizer is not None and not _is(self._elsewhere.get(key), optimizer):
                yield optimizer

    @property
    def rates(self) -> list[float | None]:
        """The learning rates of the groups of the first optimizer that has stepped, as they are now."""
        optimizer = self._first()
        if optimizer is None:
            optimizer = next((o for o in self._living() if self._made[id(o)].stepped), None)
            if optimizer is None:
                return []
            self._first = weakref.ref(optimizer)
        groups = optimizer.param_groups
        only = groups[0].get("lr") if len(groups) == 1 else None
        return [only] if type(only) is float else [rate(group) for group in groups]

    def _changed(self) -> None:
        """What has stepped first may be another one now."""
        self._first = _none

    def parameters(self, roots: Roots) -> list[Any]:
        """All that is described; before there is a description, the root's."""
        if self.in_threads:
            return [p for optimizer in self._living() if self._made[id(optimizer)].stepped for p in held(optimizer)]
        if self.description is not None:
            return [p for p in self.description.parameters if p is not None]
        return [] if roots.root is None else list(roots.root.parameters())

    def unheld(self, roots: Roots) -> list[Any]:
        """The described parameters that no optimizer holds."""
        if self.in_threads:
            return []
        inside = {id(p) for optimizer in self._living() for p in held(optimizer)}
        return [p for p in self.parameters(roots) if id(p) not in inside]

    def describe(self, roots: Roots, step: int) -> list[dict[str, Any]] | None:
        """Describe anew where the root, its parameters or the holdings have changed; returns the lines that say so.

        None where `MOST` are written already and what there is now is not what the last one says: columns of numbers
        would stand under other names.
        """
        root, everything = roots.root, self.numbered
        first = len(self._numbered)
        new = [o for o in everything[first:] if o is not None]
        if not new and self.description is not None and self.description.signature == signature(root, everything):
            return []
        now = Description(root, roots.was_called, everything)
        if self._described >= MOST and self.description is not None:
            if not self.description.is_aligned(now):
                return None
            self.description = now
            return []
        self.description = now
        self._numbered += [weakref.ref(o) for o in new]
        self._described += 1
        lines = [optimizer_line(o, first + i, self._place(o)) for i, o in enumerate(new)]
        return [now.line(step), *lines]

    def _place(self, optimizer: Any) -> Place | None:
        made = self._made.get(id(optimizer))
        return None if made is None else made.place


def _none() -> None:
    """A reference to nothing."""


def _is(made: Made | None, optimizer: Any) -> bool:
    return made is not None and made.reference() is optimizer
