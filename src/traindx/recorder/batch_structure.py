"""Batches of any form: copied, counted, and made of other samples: tensors, lists of tensors and dicts inside each other."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

OF_PICTURE = "batch_idx"
"""The key under which Ultralytics tells which picture of the batch an object belongs to; its rows are objects."""
OBJECTS = ("cls", "bboxes", "keypoints", "segments", OF_PICTURE)


def cloned(torch: Any, batch: Any) -> Any:
    """A copy that shares no memory with the batch."""
    return mapped(torch, batch, lambda leaf: leaf.clone() if isinstance(leaf, torch.Tensor) else leaf)


def samples_in(torch: Any, batch: Any) -> int:
    """How many samples a batch holds: the first size of its tensor of most dimensions (two or more), or the length of a list of
    pictures or dicts; of several alike the first; 1 for what has neither."""
    return _size(torch, batch) or 1


def with_samples(torch: Any, batch: Any, own: int, samples: int) -> Any:
    """A batch of `samples`, taken in turn from the `own` of this one. Everything of that length is taken to be one a sample."""
    order = [i % own for i in range(samples)]
    if isinstance(batch, dict) and isinstance(batch.get(OF_PICTURE), torch.Tensor):
        return _of_objects(torch, batch, own, order)
    return _taken(torch, batch, own, order)


def mapped(torch: Any, value: Any, change: Callable[[Any], Any]) -> Any:
    """The same form with its leaves changed. What is neither a dict, a list nor a tuple is a leaf."""
    if isinstance(value, dict):
        return _filled(value, {k: mapped(torch, v, change) for k, v in value.items()})
    if hasattr(value, "data") and isinstance(vars(value).get("data") if hasattr(value, "__dict__") else None, dict):
        made = copy.copy(value)  # a UserDict, as transformers' BatchEncoding
        made.data = mapped(torch, value.data, change)
        return made
    if isinstance(value, (list, tuple)):
        return _sequence(value, [mapped(torch, v, change) for v in value])
    return change(value)


def _size(torch: Any, value: Any) -> int | None:
    return max(_sizes(torch, value), key=lambda found: found[0], default=(0, None))[1]


def _sizes(torch: Any, value: Any) -> Iterator[tuple[int, int]]:
    """Of each part of a batch that may tell how many samples there are: its dimensions, and how many it holds. A list of pictures
    is a tensor of one dimension more; rows of objects are none."""
    if isinstance(value, torch.Tensor):
        if value.dim() >= 2:
            yield value.dim(), int(value.shape[0])
    elif isinstance(value, dict) or isinstance(getattr(value, "data", None), dict):
        held = value if isinstance(value, dict) else value.data
        for key, part in held.items():
            if OF_PICTURE not in held or key not in OBJECTS:
                yield from _sizes(torch, part)
    elif isinstance(value, (list, tuple)) and value:
        if all(isinstance(v, dict) or _is_picture(torch, v) for v in value):
            yield (4 if _is_picture(torch, value[0]) else 2), len(value)
        else:
            for part in value:
                yield from _sizes(torch, part)


def _is_sample(torch: Any, value: Any) -> bool:
    """Whether a value is what a list holds one of for each sample: a picture, a dict, a name, a number."""
    return isinstance(value, (dict, str, int, float, type(None))) or _is_picture(torch, value)


def _is_picture(torch: Any, value: Any) -> bool:
    """Whether a tensor is one picture, channels first: an element of a list of pictures."""
    return isinstance(value, torch.Tensor) and value.dim() == 3 and value.shape[0] <= 4


def _taken(torch: Any, value: Any, own: int, order: list[int]) -> Any:
    if isinstance(value, torch.Tensor):
        return value[order] if value.dim() and value.shape[0] == own else value
    if isinstance(value, dict):
        return _filled(value, {k: _taken(torch, v, own, order) for k, v in value.items()})
    if isinstance(getattr(value, "data", None), dict):
        made = copy.copy(value)
        made.data = _taken(torch, value.data, own, order)
        return made
    if isinstance(value, (list, tuple)):
        if len(value) == own and all(_is_sample(torch, v) for v in value):
            return _sequence(value, [cloned(torch, value[i]) for i in order])
        return _sequence(value, [_taken(torch, v, own, order) for v in value])
    return value


def _of_objects(torch: Any, batch: dict[str, Any], own: int, order: list[int]) -> dict[str, Any]:
    """A batch of Ultralytics: pictures in turn, and the objects of each with its new number."""
    of = batch[OF_PICTURE]
    rows = [torch.nonzero(of == i).flatten() for i in order]
    every = torch.cat(rows) if rows else of.new_zeros(0).long()
    made: dict[str, Any] = {}
    for key, value in batch.items():
        is_rows = key in OBJECTS and isinstance(value, torch.Tensor) and len(value) == len(of)
        made[key] = value[every] if is_rows else _taken(torch, value, own, order)
    numbers = [torch.full((len(r),), float(j), dtype=of.dtype) for j, r in enumerate(rows)]
    made[OF_PICTURE] = torch.cat(numbers).reshape(-1, *of.shape[1:]) if numbers else of[:0]
    return made


def _filled(like: dict[Any, Any], values: dict[Any, Any]) -> Any:
    if type(like) is dict:
        return values
    made = copy.copy(like)
    made.update(values)
    return made


def _sequence(like: Any, values: list[Any]) -> Any:
    if hasattr(like, "_fields"):
        return type(like)(*values)
    return type(like)(values) if type(like) in (list, tuple) else values
