"""The changes that a copy of a dataset can carry: the names of the faults that are undone, and faults that are put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Dataset

Fields = list[str]
RowChange = Callable[[int, int, Fields], list[Fields]]
"""From the picture's index, the row's line and its fields to the rows that take its place."""


@dataclass(frozen=True)
class Damage:
    """What is put in: a change of rows made for a dataset, `cut` cuts off every tenth picture, `folder` is where labels go."""

    rows: Callable[[Dataset], RowChange] | None = None
    cut: bool = False
    folder: str = "labels"


def _number(value: float) -> str:
    return f"{value:.10g}"


def _shift_ids(dataset: Dataset) -> RowChange:
    """Class ids plus one."""
    return lambda image, line, fields: [[_number(float(fields[0]) + 1), *fields[1:]]]


def _to_pixels(dataset: Dataset) -> RowChange:
    def change(image: int, line: int, fields: Fields) -> list[Fields]:
        w, h = int(dataset.images.width[image]), int(dataset.images.height[image])
        if len(fields) != 5 or not w:
            return [fields]
        return [[fields[0], *(_number(float(f) * side) for f, side in zip(fields[1:], (w, h, w, h), strict=True))]]

    return change


def _to_corners(dataset: Dataset) -> RowChange:
    def change(image: int, line: int, fields: Fields) -> list[Fields]:
        try:
            x, y, w, h = map(float, fields[1:])
        except ValueError:
            return [fields]
        return [[fields[0], *map(_number, (x - w / 2, y - h / 2, x + w / 2, y + h / 2))]]

    return change


def _every(n: int, change: Callable[[Dataset, Fields], list[Fields]]) -> Callable[[Dataset], RowChange]:
    """`change` for every n-th row of the set, counted over its files."""

    def make(dataset: Dataset) -> RowChange:
        b, chosen = dataset.boxes, np.arange(len(dataset.boxes)) % n == 0
        rows = set(zip(b.image[chosen].tolist(), b.line[chosen].tolist(), strict=True))
        return lambda image, line, fields: change(dataset, fields) if (image, line) in rows else [fields]

    return make


REPAIRS = (
    "one-based-ids",
    "pixel-coordinates",
    "corner-boxes",
    "out-of-range-ids",
    "zero-area",
    "outside",
    "sub-pixel",
    "duplicates",
    "malformed-rows",
    "labels-not-found",
    "damaged-pictures",
    "written-anew",
    "fewer-backgrounds",
)
"""What a copy can undo: repairs of `traindx.repair.plan`; a copy is written anew in any case, without caches, labels that
belong to no picture and entries of pictures that are not there; and all but a tenth of the pictures without an object."""

DAMAGES: Mapping[str, Damage] = {
    "one-based-ids": Damage(_shift_ids),
    "pixel-coordinates": Damage(_to_pixels),
    "corner-boxes": Damage(_to_corners),
    "out-of-range-ids": Damage(_every(20, lambda dataset, f: [[str(dataset.num_classes + 7), *f[1:]]])),
    "zero-area": Damage(_every(20, lambda dataset, f: [[*f[:3], "0", *f[4:]]])),
    "outside": Damage(_every(5, lambda dataset, f: [[f[0], _number(float(f[1]) + 0.45), *f[2:]]])),
    "sub-pixel": Damage(_every(10, lambda dataset, f: [f, [*f[:3], "0.0001", "0.0001"]])),
    "duplicates": Damage(_every(10, lambda dataset, f: [f, f])),
    "malformed-rows": Damage(_every(20, lambda dataset, f: [f[:4]])),
    "labels-not-found": Damage(folder="annotations"),
    "damaged-pictures": Damage(cut=True),
}
"""The faults that a copy can be given: some to every row, some to every tenth or twentieth row or picture."""
