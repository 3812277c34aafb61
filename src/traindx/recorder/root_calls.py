"""Being told when a class of modules is called, at no cost for other modules: a hook on all modules makes torch take the slow
way through each call of each module, two microseconds that a network of 300 modules pays 300 times a step."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

Called: TypeAlias = Callable[..., Any]
"""Is given the module, what its class would have done, and the arguments; returns what the call returns."""


class RootCalls:
    """`__call__` of the root's classes while it is known which module the root is; `clear` takes all off."""

    def __init__(self, torch: Any, called: Called) -> None:
        self._base, self._called = torch.nn.Module, called
        self._on: dict[Any, Call] = {}

    def only(self, classes: Iterable[type]) -> bool:
        """Watch these classes and no others; False where one does not let itself be watched, and then none is."""
        wanted: set[Any] = set(classes)
        if wanted == self._on.keys():
            return True
        self.clear()
        try:
            for kind in wanted:
                call = Call(kind, vars(kind).get("__call__"), self._called, self._base)
                kind.__call__ = call
                self._on[kind] = call
        except (TypeError, AttributeError):
            self.clear()
        return wanted == self._on.keys()

    def clear(self) -> None:
        """Give the classes back what they had; one whose `__call__` somebody else has replaced since is left alone."""
        for kind, call in self._on.items():
            if vars(kind).get("__call__") is call:
                if call.own is None:
                    del kind.__call__
                else:
                    kind.__call__ = call.own
        self._on = {}


class Call:
    """What stands in a class as `__call__`. Where the class itself is pickled (cloudpickle), it becomes what it stands for."""

    def __init__(self, kind: Any, own: Any, called: Called, base: type) -> None:
        self.own = own
        self._kind, self._called, self._base = kind, called, base

    def __get__(self, module: Any, owner: type | None = None) -> Any:
        if self.own is not None:
            original = self.own.__get__(module, owner)
        else:
            original = getattr(super(self._kind, owner if module is None else module), "__call__")  # noqa: B004, B009
        return original if module is None else functools.partial(self._called, module, original)

    def __reduce__(self) -> Any:
        return (getattr, (self._base, "__call__")) if self.own is None else (operator.getitem, ((self.own,), 0))
