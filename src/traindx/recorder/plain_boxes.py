"""Boxes in a batch whose form no framework tells: [N, 4], [N, M, 4 or more], a tensor [k, 4 or more] for each sample, or rows of
all samples that begin with the number of theirs, as YOLO's do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import Any

from traindx.recorder import measure
from traindx.recorder.contents import inside, mapping, sequence

MOST, WIDEST = 256, 6
"""Boxes of a sample, and numbers of each: four of the box, before or behind them a class and a score."""

FIELDS = 4
"""Values of a sample's own tuple, such as its boxes and their classes."""


def plain_boxes(torch: Any, batch: Any, images: int) -> list[Any] | None:
    """For each sample a tensor [k, 4 to 6], of the first thing in the batch that can hold boxes; None where nothing does."""
    for value in _values(batch):
        found = _stacked(torch, value, images) or _listed(torch, value, images) or _numbered(torch, value, images)
        if found:
            return found
    return None


def plain_points(torch: Any, batch: Any, images: int) -> list[Any] | None:
    """For each sample a tensor [k, 2], of what can hold points in the batch; None where nothing does, or several things."""
    found = [v for v in inside(batch)[:16] if measure.readable(torch, v) and v.is_floating_point()]
    found = [v for v in found if v.dim() == 3 and v.shape[0] == images and v.shape[2] == 2 and v.shape[1] <= MOST]
    return list(found[0].detach()) if len(found) == 1 else None


def plain_ids(torch: Any, batch: Any, boxes: list[Any]) -> list[Any] | None:
    """For each sample a tensor [k] of whole numbers, as many as it has boxes; None where nothing in the batch is so."""
    for value in _lists(batch, ("labels", "classes", "class_labels", "category_id")):
        whole = all(measure.is_dense(torch, v) and not v.is_floating_point() for v in value)
        if whole and [tuple(v.shape) for v in value] == [tuple(b.shape[:1]) for b in boxes]:
            return [v.detach() for v in value]
    return None


def _lists(batch: Any, names: tuple[str, ...]) -> Iterator[list[Any] | tuple[Any, ...]]:
    """The lists in a batch, and what is under one of these names in lists of dicts."""
    for value in inside(batch)[:16]:
        listed = sequence(value) or ()
        dicts = [mapping(item) for item in listed]
        if listed and all(d is None for d in dicts):
            yield listed
            yield from _columns(listed)
        for key in names:
            if dicts and all(d is not None and key in d for d in dicts):
                yield [d[key] for d in dicts if d is not None]


def _values(batch: Any) -> Iterator[Any]:
    for value in inside(batch)[:16]:
        yield value
        held = mapping(value)
        if held is not None:
            yield from list(held.values())[:16]
        else:
            listed = sequence(value) or ()
            dicts = [mapping(item) for item in listed]
            for key in ("boxes", "bboxes", "bbox", "box"):
                if dicts and all(d is not None and key in d for d in dicts):
                    yield [d[key] for d in dicts if d is not None]
            yield from _columns(listed)


def _columns(listed: list[Any] | tuple[Any, ...]) -> Iterator[list[Any]]:
    """Of a list with a tuple or a list for each sample all firsts, all seconds, and so on."""
    rows = [sequence(item) for item in listed]
    if rows and all(row is not None and 2 <= len(row) <= FIELDS for row in rows):
        yield from (list(column) for column in zip(*(row for row in rows if row is not None), strict=False))


def _stacked(torch: Any, value: Any, images: int) -> list[Any] | None:
    if not _holds_boxes(torch, value) or value.dim() not in (2, 3) or value.shape[0] != images:
        return None
    rows = value.detach()[:, None] if value.dim() == 2 else value.detach()
    return list(rows) if rows.shape[1] <= MOST and (rows.shape[1] > 1 or rows.shape[2] == 4) else None


def _listed(torch: Any, value: Any, images: int) -> list[Any] | None:
    listed = sequence(value) or ()
    if len(listed) != images or not all(_holds_boxes(torch, v, empty=True) and v.dim() == 2 for v in listed):
        return None
    if len({v.shape[1] for v in listed if len(v)}) != 1:
        return None
    return [v.detach()[:MOST] for v in listed]


def _numbered(torch: Any, value: Any, images: int) -> list[Any] | None:
    numbers = numbers_of_samples(torch, value, images)
    if numbers is None:
        return None
    ends = [0, *(bisect_right(numbers, n) for n in range(images))]
    return [value.detach()[a:b, 1:][:MOST] for a, b in pairwise(ends)]


def numbers_of_samples(torch: Any, value: Any, images: int) -> list[int] | None:
    """The sample of each row [n, 5 to 7], where these lie on the host and begin with its number; None of anything else."""
    if not measure.readable(torch, value) or value.dim() != 2 or not value.is_cpu:
        return None
    if not 1 + 4 <= value.shape[1] <= 1 + WIDEST or not value.is_floating_point() or value.shape[0] > images * MOST:
        return None
    numbers = value.detach()[:, 0].tolist()
    whole = all(n == int(n) if isfinite(n) else False for n in numbers)
    in_order = whole and all(a <= b for a, b in pairwise(numbers)) and numbers[0] >= 0 and numbers[-1] < images
    return [int(n) for n in numbers] if in_order else None


def _holds_boxes(torch: Any, value: Any, *, empty: bool = False) -> bool:
    if not measure.is_dense(torch, value) or value.dim() < 2 or not value.is_floating_point():
        return False
    return (bool(value.numel()) and 4 <= value.shape[-1] <= WIDEST) or (empty and not value.numel())
