"""Functions of the user's own code, watched by their names: their code is put aside, and what takes its place calls it.

The function objects stay the same, so that whoever holds one calls what is watched, and pickling finds what it looks for.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FunctionType
from typing import Any

from traindx.recorder.source import Frames

HOOK = "__traindx_own_function__"
MOST = 16
NUMBER = 987_654_321
"""What stands for a function's number in the code that takes its place."""

Told = Callable[[FunctionType, tuple[Any, ...], dict[str, Any], Any], None]


def _stand_in(*args: Any, **kwargs: Any) -> Any:
    return __traindx_own_function__(987_654_321, args, kwargs)  # type: ignore[name-defined]  # noqa: F821


class OwnFunctions:
    """Watches functions of modules that are the user's, and methods of classes there, whose name is `wanted`.

    `told` is called with the function, the arguments and what it returned; only plain functions without variables of an outer
    function are watched. Under `torch.compile` and `torch.jit` they run as if nothing were watched.
    """

    def __init__(self, frames: Frames, wanted: Callable[[str], bool], told: Told, traced: Callable[[], bool]) -> None:
        self._frames, self._wanted, self._told, self._traced = frames, wanted, told, traced
        self._watched: list[tuple[FunctionType, Any, FunctionType]] = []

    def watch(self) -> None:
        """Watch what is there by now."""
        if hasattr(builtins, HOOK):
            return
        for function in self._found():
            if len(self._watched) >= MOST:
                break
            self._put_aside(function)
        if self._watched:
            setattr(builtins, HOOK, self._called)

    def leave(self) -> None:
        """Give all functions their own code back."""
        for function, code, _ in self._watched:
            function.__code__ = code
        if self._watched and getattr(builtins, HOOK, None) == self._called:
            delattr(builtins, HOOK)
        self._watched = []

    def _put_aside(self, function: FunctionType) -> None:
        code = function.__code__
        own = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, None)
        own.__kwdefaults__ = function.__kwdefaults__
        number = len(self._watched)
        taking = _stand_in.__code__
        constants = tuple(number if c == NUMBER else c for c in taking.co_consts)
        self._watched.append((function, code, own))
        function.__code__ = taking.replace(co_consts=constants, co_name=code.co_name)

    def _called(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        function, _, own = self._watched[number]
        result = own(*args, **kwargs)
        if not self._traced():
            with suppress(Exception):  # the training goes on, whatever is wrong with the recorder
                self._told(function, args, kwargs, result)
        return result

    def _found(self) -> Iterator[FunctionType]:
        seen: set[int] = set()
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if type(path) is not str or not self._frames.is_user(path):
                continue
            for value in list(vars(module).values()):
                held = list(vars(value).values()) if type(value) is type else [value]
                for item in held:
                    plain = item.__func__ if type(item) in (staticmethod, classmethod) else item
                    if type(plain) is FunctionType and id(plain) not in seen and self._is_wanted(plain):
                        seen.add(id(plain))
                        yield plain

    def _is_wanted(self, function: FunctionType) -> bool:
        code = function.__code__
        plain = not code.co_freevars and not code.co_flags & 0x2A0  # no generator, coroutine or asynchronous generator
        return plain and self._wanted(function.__name__) and self._frames.is_user(code.co_filename)
