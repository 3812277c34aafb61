"""The changes that a copy of a dataset can carry: faults undone (`REPAIRS`) and faults put in (`DAMAGES`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from traindx.core.box_readings import in_pixels
from traindx.core.dataset import Dataset

Fields = list[str]
RowChange = Callable[[int, int, Fields], list[Fields]]
"""From the picture's index, the row's line and its fields to the rows that take its place."""


@dataclass(frozen=True)
class Change:
    """What differs in a copy: its rows, where its labels come from or go to, and its pictures.

    `rows` makes the change of rows for a dataset. `leave_out` drops damaged pictures, `cut` cuts off every tenth one,
    `found_labels` takes labels from where they were found, `drop_unreadable` empties label files that are no text,
    `folder` is where labels are written.
    """

    rows: Callable[[Dataset], RowChange] | None = None
    leave_out: bool = False
    cut: bool = False
    found_labels: bool = False
    drop_unreadable: bool = False
    folder: str = "labels"


OTHER_TASKS = ("polygon", "obb", "pose")


def _number(value: float) -> str:
    return f"{value:.10g}"


def _shift_ids(offset: int) -> Callable[[Dataset], RowChange]:
    """Class ids plus `offset`; an id that would become negative stays."""

    def change(image: int, line: int, fields: Fields) -> list[Fields]:
        try:
            shifted = float(fields[0]) + offset
        except ValueError:
            return [fields]
        return [[_number(shifted) if shifted >= 0 else fields[0], *fields[1:]]]

    return lambda dataset: change


def _drop(chosen: Callable[[Dataset], np.ndarray]) -> Callable[[Dataset], RowChange]:
    """Without the rows of the boxes that `chosen` marks."""

    def make(dataset: Dataset) -> RowChange:
        rows = _rows_of(dataset, chosen(dataset))
        return lambda image, line, fields: [] if (image, line) in rows else [fields]

    return make


def _rows_of(dataset: Dataset, mask: np.ndarray) -> set[tuple[int, int]]:
    b = dataset.boxes
    return set(zip(b.image[mask].tolist(), b.line[mask].tolist(), strict=True))


def _drop_malformed(dataset: Dataset) -> RowChange:
    rows = dataset.rows
    bad = {
        (str(p), int(n)) for p, n, k in zip(rows.label_path, rows.line, rows.kind, strict=True) if k not in OTHER_TASKS
    }
    relative = {i: str(p).removeprefix(f"{dataset.root}/") for i, p in enumerate(dataset.images.label_path)}
    return lambda image, line, fields: [] if (relative[image], line) in bad else [fields]


def _out_of_range(dataset: Dataset) -> np.ndarray:
    ids = dataset.boxes.class_id
    return np.asarray((ids < 0) | (ids >= dataset.num_classes) | (ids != np.floor(ids)))


def _without_area(dataset: Dataset) -> np.ndarray:
    b = dataset.boxes
    return np.asarray(~((b.w > 0) & (b.h > 0) & np.isfinite(b.x) & np.isfinite(b.y) & np.isfinite(b.w + b.h)))


def _repeated(dataset: Dataset) -> np.ndarray:
    b = dataset.boxes
    columns = np.stack([b.image.astype(float), b.class_id, b.x, b.y, b.w, b.h], axis=1)
    _, first = np.unique(columns, axis=0, return_index=True)
    again = np.ones(len(b), dtype=bool)
    again[first] = False
    return again


def _scaled(dataset: Dataset, image: int, fields: Fields, *, to_pixels: bool) -> Fields:
    w, h = int(dataset.images.width[image]), int(dataset.images.height[image])
    sides = (w, h, w, h)
    if len(fields) != 5 or not w:
        return fields
    values = [float(f) * s if to_pixels else float(f) / s for f, s in zip(fields[1:], sides, strict=True)]
    return [fields[0], *map(_number, values)]


def _from_pixels(dataset: Dataset) -> RowChange:
    rows = _rows_of(dataset, in_pixels(dataset))
    return lambda image, line, f: [_scaled(dataset, image, f, to_pixels=False) if (image, line) in rows else f]


def _to_pixels(dataset: Dataset) -> RowChange:
    rows = _rows_of(dataset, np.ones(len(dataset.boxes), dtype=bool))
    return lambda image, line, f: [_scaled(dataset, image, f, to_pixels=True) if (image, line) in rows else f]


def _corners(*, to: bool) -> Callable[[Dataset], RowChange]:
    """Centre and size written as two corners, or the reverse."""

    def change(image: int, line: int, fields: Fields) -> list[Fields]:
        try:
            x, y, w, h = map(float, fields[1:])
        except ValueError:
            return [fields]
        box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2) if to else ((x + w) / 2, (y + h) / 2, w - x, h - y)
        return [[fields[0], *map(_number, box)]]

    return lambda dataset: change


def _every(n: int, change: Callable[[Dataset, Fields], list[Fields]]) -> Callable[[Dataset], RowChange]:
    """`change` for every n-th row of the set, counted over its files."""

    def make(dataset: Dataset) -> RowChange:
        chosen = _rows_of(dataset, np.arange(len(dataset.boxes)) % n == 0)
        return lambda image, line, fields: change(dataset, fields) if (image, line) in chosen else [fields]

    return make


REPAIRS: Mapping[str, Change] = {
    "one-based-ids": Change(_shift_ids(-1)),
    "pixel-coordinates": Change(_from_pixels),
    "corner-boxes": Change(_corners(to=False)),
    "out-of-range-ids": Change(_drop(_out_of_range)),
    "zero-area": Change(_drop(_without_area)),
    "duplicates": Change(_drop(_repeated)),
    "malformed-rows": Change(_drop_malformed, drop_unreadable=True),
    "labels-not-found": Change(found_labels=True),
    "damaged-pictures": Change(leave_out=True),
}
"""The faults that a copy can undo."""

DAMAGES: Mapping[str, Change] = {
    "one-based-ids": Change(_shift_ids(1)),
    "pixel-coordinates": Change(_to_pixels),
    "corner-boxes": Change(_corners(to=True)),
    "out-of-range-ids": Change(_every(20, lambda dataset, f: [[str(dataset.num_classes + 7), *f[1:]]])),
    "zero-area": Change(_every(20, lambda dataset, f: [[*f[:3], "0", *f[4:]]])),
    "duplicates": Change(_every(10, lambda dataset, f: [f, f])),
    "malformed-rows": Change(_every(20, lambda dataset, f: [f[:4]])),
    "labels-not-found": Change(folder="annotations"),
    "damaged-pictures": Change(cut=True),
}
"""The faults that a copy can be given: some to every row, some to every tenth or twentieth row or picture."""
