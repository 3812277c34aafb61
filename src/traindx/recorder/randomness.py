"""States of the random number generators, read and never advanced, as short hashes that tell whether two are equal."""

from __future__ import annotations

import random
import sys
import types
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from traindx.recorder.contents import attributes, is_a, word

DEEPEST = 4
MOST_OBJECTS = 300
MOST_HELD = 8
"""How far into a dataset generators are looked for, among how many of its objects, and how many are told."""
PLAIN = (str, bytes, int, float, type(None))
CLOSED = (type, types.ModuleType, types.FunctionType)


def short(data: bytes) -> str:
    """A hash of eight hexadecimal digits."""
    return f"{zlib.crc32(data):08x}"


def states(torch: Any) -> dict[str, str]:
    """The process-wide generators: `random`, `torch` (of the host) and `numpy` where that is imported."""
    found = {"random": short(repr(random.getstate()[1]).encode()), "torch": _torch_state(torch.default_generator)}
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        found["numpy"] = _numpy_state(numpy.random.get_state(legacy=False)["state"])
    return found


def held_states(torch: Any, owner: Any) -> dict[str, str]:
    """The generators that an object holds in its attributes, lists and dicts, by their path in it."""
    found: dict[str, str] = {}
    for path, value in _inside(owner):
        state = _state(torch, value)
        if state is not None:
            found[path[:80]] = state
            if len(found) == MOST_HELD:
                break
    return found


def _inside(owner: Any) -> Iterator[tuple[str, Any]]:
    """What an object holds, nearest first; no attribute is computed for it."""
    pending, seen = [("", owner, 0)], {id(owner)}
    for path, value, depth in pending:  # grows while it is walked
        yield path, value
        if depth == DEEPEST or len(seen) > MOST_OBJECTS:
            continue
        for name, item in _parts(value):
            if id(item) not in seen and not is_a(item, PLAIN):
                seen.add(id(item))
                pending.append((f"{path}.{name}".lstrip("."), item, depth + 1))


def _parts(value: Any) -> list[tuple[str, Any]]:
    if type(value) is dict:
        return [(word(key), item) for key, item in list(value.items())[:16]]
    if type(value) in (list, tuple):
        return [(str(number), item) for number, item in enumerate(value[:16])]
    return [] if is_a(value, CLOSED) else list(attributes(value).items())[:64]


def _state(torch: Any, value: Any) -> str | None:
    numpy = sys.modules.get("numpy")
    kind = type(value)
    if kind is random.Random:
        return short(repr(value.getstate()[1]).encode())
    if kind is torch.Generator:
        return _torch_state(value) if value.device.type == "cpu" else None
    if numpy is not None and kind is numpy.random.Generator:
        return _numpy_state(value.bit_generator.state["state"])
    if numpy is not None and kind is numpy.random.RandomState:
        return _numpy_state(value.get_state(legacy=False)["state"])
    return None


def _torch_state(generator: Any) -> str:
    return short(bytes(generator.get_state().numpy()))


def _numpy_state(state: Mapping[str, Any]) -> str:
    """The words of a bit generator's state: an array of Mersenne Twister, whole numbers of the others."""
    parts = [value.tobytes() if hasattr(value, "tobytes") else repr(value).encode() for value in state.values()]
    return short(b"".join(parts))
