"""The tensors inside a batch or a call's arguments, by path, and the same structure again with others in their places."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from traindx.recorder.contents import attributes, is_a, mapping, sequence, word
from traindx.recorder.measure import is_dense

DEEPEST = 5
WIDEST = 4096
"""How deep and how wide a structure is looked into."""


def leaves(torch: Any, value: Any, path: str = "", depth: int = DEEPEST) -> Iterator[tuple[str, Any]]:
    """Each tensor with its path (keys and positions joined by `/`), and each list of plain values as one leaf."""
    if is_a(value, torch.Tensor):
        if is_dense(torch, value):
            yield path, value
    elif depth and (listed := sequence(value)) is not None:
        if _is_plain(listed):
            yield path, listed
        else:
            for at, item in enumerate(listed[:WIDEST]):
                yield from leaves(torch, item, f"{path}/{at}", depth - 1)
    elif depth:
        for name, item in _fields(torch, value).items():
            yield from leaves(torch, item, f"{path}/{word(name)}", depth - 1)


def tensors_of(torch: Any, value: Any) -> dict[str, Any]:
    """The tensors alone, by path."""
    return {path: leaf for path, leaf in leaves(torch, value) if is_a(leaf, torch.Tensor)}


def changed(torch: Any, value: Any, change: Callable[[str, Any], Any], path: str = "", depth: int = DEEPEST) -> Any:
    """A copy of the structure in which each leaf of `leaves` is what `change(path, leaf)` makes of it."""
    if isinstance(value, torch.Tensor):
        return change(path, value) if is_dense(torch, value) else value
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
        new = changed(torch, item, change, f"{path}/{word(name)}", depth - 1)
        if isinstance(value, Mapping):
            made[name] = new
        else:
            object.__setattr__(made, name, new)
    return made


def _fields(torch: Any, value: Any) -> Mapping[Any, Any]:
    """What a mapping holds, or the tensors of a plain object (a batch class of the user's)."""
    found = mapping(value)
    if found is not None or is_a(value, (str, int, float, type, torch.nn.Module)):
        return found or {}
    return {k: v for k, v in attributes(value).items() if is_a(v, torch.Tensor)}


def _is_plain(value: Any) -> bool:
    """Whether a list holds words or numbers, or tuples of these: judged by its first item."""
    first = value[0] if len(value) else None
    first = next(iter(sequence(first) or (first,)))
    return first is None or is_a(first, (str, bytes, int, float))
