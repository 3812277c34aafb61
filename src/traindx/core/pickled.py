"""Reads the plain values in a pickle without unpickling it: nothing that the file names is imported or called.

The opcodes are those of pickletools (Python's Lib/pickletools.py); where a pickle would call or build an object, a `Made`
stands for it, with what it would have been made of.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.errors import TraindxError

_MARK = object()


@dataclass(eq=False)
class Made:
    """An object that a pickle would make: `of` names what it calls ("module name", or another `Made`), with which arguments
    and state; `items` are entries set on it later."""

    of: Any
    arguments: Any = ()
    state: Any = None
    items: dict[Any, Any] = field(default_factory=dict)


def plain_values(data: bytes) -> Any:
    """The value in a pickle, with `Made` in place of objects. Raises `TraindxError` if the bytes are no whole pickle."""
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(data):
            machine.step(opcode.name, argument)
        return machine.stack[-1]
    except Exception as error:  # a damaged pickle fails in any way
        raise TraindxError(f"no whole pickle: {error}") from error


def array_in(value: Any) -> NDArray[Any] | None:
    """The numpy array of numbers that a `Made` stands for (numpy's `__reduce__`: state is version, shape, dtype, order, bytes)."""
    if not isinstance(value, Made) or not isinstance(value.state, tuple) or len(value.state) != 5:
        return None
    _, shape, kind, column_order, data = value.state
    if not isinstance(kind, Made) or not isinstance(data, bytes) or not isinstance(shape, tuple):
        return None
    try:
        array = np.frombuffer(data, dtype=np.dtype(str(kind.arguments[0])))
        return array.reshape(shape, order="F" if column_order else "C")
    except (ValueError, TypeError, IndexError):
        return None


class _Machine:
    """The stack and the memo of the pickle machine."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        """One opcode."""
        if name in _VALUES:
            self.stack.append(argument)
        elif name in ("MEMOIZE", "BINPUT", "LONG_BINPUT", "PUT"):
            self.memo[len(self.memo) if name == "MEMOIZE" else int(argument)] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            self.stack.append(self.memo[int(argument)])
        elif name in _MAKES:
            self.stack.append(_MAKES[name]())
        elif name == "GLOBAL":
            self.stack.append(argument)
        elif name in _ACTIONS:
            _ACTIONS[name](self)
        elif name not in ("PROTO", "FRAME", "STOP"):
            raise ValueError(f"opcode {name}")

    def marked(self) -> list[Any]:
        """What lies above the last mark, taken off the stack."""
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def tuple_of(self, n: int) -> None:
        """The upper n become a tuple."""
        found = tuple(self.stack[-n:])
        del self.stack[-n:]
        self.stack.append(found)

    def set_items(self, pairs: list[Any]) -> None:
        """Keys and values, one after the other, into the dict below them."""
        target = self.stack[-1]
        entries = target.items if isinstance(target, Made) else target
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            entries[key if isinstance(key, (str, bytes, int, float)) else id(key)] = (
                value  # hashing a tuple may take for ever
            )

    def dict_of(self, pairs: list[Any]) -> None:
        """A dict of keys and values, one after the other."""
        self.stack.append({})
        self.set_items(pairs)

    def append(self, values: list[Any]) -> None:
        """Values to the list below them."""
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(values)

    def make(self) -> None:
        """A call: what is called lies below its arguments."""
        arguments = self.stack.pop()
        self.stack.append(Made(self.stack.pop(), arguments))

    def build(self) -> None:
        """The state of the object below it."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], Made):
            self.stack[-1].state = state

    def name_of_global(self) -> None:
        """Module and name become one text."""
        name = self.stack.pop()
        self.stack.append(f"{self.stack.pop()} {name}")

    def new_with_keywords(self) -> None:
        """NEWOBJ_EX: class, arguments, keyword arguments."""
        self.stack.pop()
        self.make()

    def persistent(self) -> None:
        """A reference to something outside, such as a tensor's bytes in a checkpoint."""
        self.stack.append(Made("persistent", self.stack.pop()))


_VALUES = frozenset(
    [
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    ]
)
_MAKES: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": dict,
    "EMPTY_SET": list,
    "MARK": lambda: _MARK,
}
_ACTIONS: dict[str, Callable[[_Machine], None]] = {
    "TUPLE": lambda m: m.stack.append(tuple(m.marked())),
    "TUPLE1": lambda m: m.tuple_of(1),
    "TUPLE2": lambda m: m.tuple_of(2),
    "TUPLE3": lambda m: m.tuple_of(3),
    "LIST": lambda m: m.stack.append(m.marked()),
    "DICT": lambda m: m.dict_of(m.marked()),
    "FROZENSET": lambda m: m.stack.append(m.marked()),
    "APPEND": lambda m: m.append([m.stack.pop()]),
    "APPENDS": lambda m: m.append(m.marked()),
    "ADDITEMS": lambda m: m.append(m.marked()),
    "SETITEM": lambda m: m.set_items([m.stack.pop(-2), m.stack.pop()]),
    "SETITEMS": lambda m: m.set_items(m.marked()),
    "STACK_GLOBAL": lambda m: m.name_of_global(),
    "REDUCE": lambda m: m.make(),
    "NEWOBJ": lambda m: m.make(),
    "NEWOBJ_EX": lambda m: m.new_with_keywords(),
    "BUILD": lambda m: m.build(),
    "BINPERSID": lambda m: m.persistent(),
    "POP": lambda m: m.stack.__delitem__(-1),
    "DUP": lambda m: m.stack.append(m.stack[-1]),
}
