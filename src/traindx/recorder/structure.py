"""The tensors inside a batch or a call's arguments, by path, and the same structure again with others in their places."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

DEEPEST = 5
WIDEST = 4096
"""How deep and how wide a structure is looked into."""


def leaves(torch: Any, value: Any, path: str = "", depth: int = DEEPEST) -> Iterator[tuple[str, Any]]:
    """Each tensor with its path (keys and positions joined by `/`), and each list of plain values as one leaf."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif depth and isinstance(value, (tuple, list)):
        if _is_plain(value):
            yield path, value
        else:
            for at, item in enumerate(value[:WIDEST]):
                yield from leaves(torch, item, f"{path}/{at}", depth - 1)
    elif depth and (inside := _fields(torch, value)):
        for name, item in inside.items():
            yield from leaves(torch, item, f"{path}/{name}", depth - 1)


def tensors_of(torch: Any, value: Any) -> dict[str, Any]:
    """The tensors alone, by path."""
    return {path: leaf for path, leaf in leaves(torch, value) if isinstance(leaf, torch.Tensor)}


def changed(torch: Any, value: Any, change: Callable[[str, Any], Any], path: str = "", depth: int = DEEPEST) -> Any:
    """A copy of the structure in which each leaf of `leaves` is what `change(path, leaf)` makes of it."""
    if isinstance(value, torch.Tensor):
        return change(path, value)
    if not depth:
        return value
    if isinstance(value, (tuple, list)):
        if _is_plain(value):
            return change(path, value)
        items = [changed(torch, item, change, f"{path}/{at}", depth - 1) for at, item in enumerate(value)]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    inside = _fields(torch, value)
    if not inside:
        return value
    made: Any = copy.copy(value)
    for name, item in inside.items():
        new = changed(torch, item, change, f"{path}/{name}", depth - 1)
        if isinstance(value, Mapping):
            made[name] = new
        else:
            object.__setattr__(made, name, new)
    return made


def _fields(torch: Any, value: Any) -> Mapping[Any, Any]:
    """What a mapping holds, or the tensors of a plain object (a batch class of the user's)."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, (str, int, float, type, torch.nn.Module)):
        return {}
    return {k: v for k, v in getattr(value, "__dict__", {}).items() if isinstance(v, torch.Tensor)}


def _is_plain(value: Any) -> bool:
    """Whether a list holds words or numbers, or tuples of these: judged by its first item."""
    first = value[0] if len(value) else None
    if isinstance(first, (tuple, list)) and len(first):
        first = first[0]
    return first is None or isinstance(first, (str, bytes, int, float))
