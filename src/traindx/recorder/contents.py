"""What a value of the user's holds, read from where Python stores it: no method, property or `__class__` of its own is asked,
as a batch may make its values when they are asked for, and a proxy may load what it stands for.
"""

from __future__ import annotations

import types
from typing import Any


def is_a(value: Any, kind: Any) -> bool:
    """Whether the class of a value is one of `kind`. `isinstance` would ask the value itself too, through `__class__`."""
    return issubclass(type(value), kind)


def attributes(value: Any) -> dict[str, Any]:
    """The attributes that are set on a value itself; empty where it keeps none."""
    for kind in type(value).__mro__:
        found = vars(kind).get("__dict__")
        if found is not None:
            held = found.__get__(value) if type(found) is types.GetSetDescriptorType else None
            return held if type(held) is dict else {}
    return {}


def mapping(value: Any) -> dict[Any, Any] | None:
    """What a dict holds, or one that wraps a dict (UserDict, and so transformers' BatchEncoding); None of anything else."""
    if type(value) is dict:
        return value
    if issubclass(type(value), dict):
        return dict(dict.items(value))
    for kind in type(value).__mro__:
        if kind.__name__ == "UserDict" and kind.__module__ == "collections":
            return mapping(attributes(value).get("data"))
    return None


def sequence(value: Any) -> list[Any] | tuple[Any, ...] | None:
    """What a list or a tuple holds; None of anything else."""
    if type(value) is list or type(value) is tuple:
        return value
    if is_a(value, list):
        return list.__getitem__(value, slice(None))
    return tuple.__getitem__(value, slice(None)) if is_a(value, tuple) else None


def inside(value: Any) -> list[Any] | tuple[Any, ...]:
    """The values in a dict, a list or a tuple; nothing of anything else."""
    found = mapping(value)
    return list(found.values()) if found is not None else sequence(value) or ()


def word(key: Any) -> str:
    """The name of a dict's key, where it is a word or a number."""
    return str(key) if type(key) in (str, int, float, bool, type(None)) else type(key).__name__


def host_number(value: Any) -> float | None:
    """A number of Python's or numpy's, or a tensor of one on the host; None for anything else, and on a device.

    numpy's own numbers and arrays have a `device` too, which is a word (numpy 2).
    """
    if isinstance(value, (int, float)):
        return float(value)
    if type(value).__module__ == "numpy":
        return float(value.item()) if getattr(value, "size", 0) == 1 and value.dtype.kind in "biuf" else None
    if not hasattr(type(value), "device"):
        return None
    on_host = getattr(value.device, "type", None) == "cpu" and value.numel() == 1
    return float(value.detach()) if on_host else None
