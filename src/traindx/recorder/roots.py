"""Which module is the root: of those called outermost, with gradients, the one with most parameters."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable
from typing import Any

from traindx.recorder.description import core_of
from traindx.recorder.measure import is_lazy

STALE = 20
"""Steps without a call after which a root may be replaced by a smaller module."""
PATIENCE = 300
"""Outermost calls without an optimizer step after which the search rests: inference, or weights that are updated by hand."""


class Roots:
    """Watches all calls while `searching`; afterwards only the root's own. Modules are held weakly.

    `rests`: the search has been given up without an optimizer step, until there is one. `called_at`: the training step in which
    the root was called last.
    """

    def __init__(self) -> None:
        self.searching, self.rests = True, False
        self._calls = 0
        self._candidate: weakref.ref[Any] | None = None
        self._root: weakref.ref[Any] | None = None
        self.core_type: type | None = None
        self._size = 0
        self._stack: list[int] = []
        self._sizes: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._called: weakref.WeakSet[Any] = weakref.WeakSet()
        self._found = self.called_at = 0

    @property
    def root(self) -> Any | None:
        """The root, None while none was called."""
        return None if self._root is None else self._root()

    @property
    def types(self) -> tuple[type, ...]:
        """The classes whose calls are of interest: the root's and that of what it wraps. While there is no root, that of the
        module that was called without gradients, as it may yet be trained; none where none was."""
        root = self.root
        if root is not None and self.core_type is not None:
            return type(root), self.core_type
        candidate = None if self._candidate is None else self._candidate()
        return () if candidate is None else (type(candidate),)

    @property
    def is_tired(self) -> bool:
        """Whether the search has seen so many calls without an optimizer step that it is to rest."""
        return self.searching and self._calls > PATIENCE

    def rest(self) -> None:
        """Give the search up until there is an optimizer step."""
        self.searching, self.rests, self._stack = False, True, []

    def was_called(self, module: Any) -> bool:
        """Whether a module was called while searching."""
        return module in self._called

    def search(self, step: int) -> None:
        """Look for a root anew: another model may be trained now. A root in use gives way to a larger one only."""
        self._calls, self.rests = 0, False
        if not self.searching:
            root = self.root
            in_use = root is not None and step - self.called_at <= STALE and _is_trained(root)
            self.searching, self._stack, self._found = True, [], self._size if in_use else 0

    def settle(self) -> None:
        """Stop searching once a root is found."""
        self._stack, self._calls = [], 0
        if self._root is not None and self._found:
            self.searching = False

    def offer(self, module: Any) -> None:
        """Take `module` as the root where none with more parameters was found in this search."""
        size = self._size_of(module)
        if size and size >= self._found:
            self._found, self._size = size, size
            self._root = weakref.ref(module)
            self.core_type = type(core_of(module))

    def find(self, parameters: Iterable[Any], module_type: type) -> None:
        """Where no call was seen (all of it compiled), take the module that has most of `parameters`, the outermost."""
        wanted = {id(p) for p in parameters}
        best, most = None, (0, 0)
        for candidate in gc.get_objects():
            if not issubclass(type(candidate), module_type):
                continue
            try:
                score = len(wanted & {id(p) for p in candidate.parameters()}), sum(1 for _ in candidate.modules())
            except Exception:  # somebody's half-built module
                continue
            if score[0] and score > most:
                best, most = candidate, score
        if best is not None:
            self.offer(best)

    def enter(self, module: Any, gradients: bool) -> bool:
        """Note a call while searching; true when it is the call of the best root so far."""
        outermost = not self._stack
        self._calls += outermost
        self._stack.append(id(module))
        if not module._modules:
            self._called.add(module)
        if outermost and gradients and _is_trained(module):
            self.offer(module)
        elif outermost:
            self._candidate = weakref.ref(module)
        return outermost and module is self.root

    def leave(self, module: Any) -> None:
        """Note the end of a call, and of calls inside it that ended by an exception."""
        if id(module) in self._stack:
            del self._stack[self._stack.index(id(module)) :]

    def interrupt(self) -> None:
        """Forget the calls under way and the root: another thread's, whose end is not told and whose gradients are being
        written."""
        self._stack, self._root, self._found = [], None, 0

    def is_twin(self, module: Any) -> bool:
        """Whether a module is the root, what it wraps, or a copy of it (an average of its weights, for validation)."""
        if type(module) is not self.core_type:
            return False
        return module is self.root or self._size_of(module) == self._size

    def is_root(self, module: Any) -> bool:
        """Whether a module is the root, inside or outside of its wrappers."""
        root = self.root
        return root is not None and core_of(module) is core_of(root)

    def takes_input(self, module: Any) -> bool:
        """Whether a module is where inputs arrive: what the wrappers enclose, or the root if that is compiled."""
        return self.is_twin(module) or (module is self.root and type(module).__name__ == "OptimizedModule")

    def _size_of(self, module: Any) -> int:
        size = self._sizes.get(module)
        if size is None:
            sizes = [None if is_lazy(p) else int(p.numel()) for p in module.parameters()]
            size = sum(s for s in sizes if s is not None)
            if None not in sizes:
                self._sizes[module] = size
        return size


def _is_trained(module: Any) -> bool:
    """Whether any parameter requires a gradient: a teacher that is frozen is not what is trained."""
    return any(p.requires_grad for p in module.parameters())
