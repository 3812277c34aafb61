"""Functions of the user's own code, watched by their names for a while: what they are given and what they return.

Python's profiling hook tells of every call; the functions stay as they are, so that whoever looks at their code sees the user's
(`torch.jit.script`, `torch.compile`, `inspect`, a traceback). Nothing is watched where the user profiles.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import CodeType, FrameType, FunctionType
from typing import Any

from traindx.recorder.source import Frames

MOST = 16
EVENTS = 400_000
"""Calls and returns, of all functions, after which a watch ends by itself: some tenths of a second."""

Told = Callable[[str, tuple[Any, ...], Any, FrameType | None], None]


class OwnFunctions:
    """Watches functions of modules that are the user's, and methods of classes there, that are `wanted`.

    `told` is called with the name, the positional arguments as they were at the call, what was returned, and the calling frame.
    """

    def __init__(self, frames: Frames, wanted: Callable[[FunctionType], bool], told: Told) -> None:
        self._frames, self._wanted, self._told = frames, wanted, told
        self._codes: dict[CodeType, str] | None = None
        self._open: dict[int, tuple[Any, ...]] = {}
        self._left = 0
        self._process = os.getpid()
        self._hook = self._seen

    def watch(self) -> None:
        """Watch the calling thread from now on."""
        if self._codes is None:
            self._codes = dict(self._found())
        if self._codes and sys.getprofile() is None:
            self._left = EVENTS
            sys.setprofile(self._hook)

    def leave(self) -> None:
        """Watch no longer; the next watch may begin."""
        self._left = 0
        self._open = {}
        if sys.getprofile() is self._hook:
            sys.setprofile(None)

    def _seen(self, frame: FrameType, event: str, value: Any) -> None:
        self._left -= 1
        if self._left < 0:  # also in another thread or process that the hook was left in
            sys.setprofile(None)
        elif event == "call":
            if self._codes is not None and frame.f_code in self._codes:
                with suppress(Exception):  # the training goes on, whatever is wrong with the recorder
                    names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
                    self._open[id(frame)] = tuple(map(frame.f_locals.get, names))
        elif event == "return" and self._open:
            given = self._open.pop(id(frame), None)
            if given is not None and self._codes is not None and os.getpid() == self._process:
                with suppress(Exception):
                    self._told(self._codes[frame.f_code], given, value, frame.f_back)

    def _found(self) -> Iterator[tuple[CodeType, str]]:
        found: dict[CodeType, str] = {}
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if type(path) is not str or not self._frames.is_user(path):
                continue
            for value in list(vars(module).values()):
                held = list(vars(value).values()) if type(value) is type else [value]
                for item in held:
                    plain = item.__func__ if type(item) in (staticmethod, classmethod) else item
                    if type(plain) is FunctionType and self._is_wanted(plain):
                        found[plain.__code__] = plain.__name__
        yield from list(found.items())[:MOST]

    def _is_wanted(self, function: FunctionType) -> bool:
        code = function.__code__
        generates = code.co_flags & 0x2A0  # generator, coroutine, asynchronous generator
        return not generates and self._wanted(function) and self._frames.is_user(code.co_filename)
