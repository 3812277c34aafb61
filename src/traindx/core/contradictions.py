"""The same picture, listed more than once, with labels that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.finding import Box, Finding, Picture, Place
from traindx.core.near_duplicates import identities, is_flat

SAME_PLACE = 0.5
"""Intersection over union from which two boxes are of one object (the usual threshold of a match)."""

MANY = 0.01
"""Share of the pictures from which contradictions are an error. A guess; a single pair never is."""

MOST_BOXES = 500
"""Boxes of a picture that are compared, to bound the time of crowded pictures."""

EVERY_PAIR, PICTURES = 100, 5


@dataclass(frozen=True)
class Contradiction:
    """Pictures `first` and `second` (indices) are the same bytes; `text` says how their labels differ."""

    first: int
    second: int
    text: str


def groups_of_twins(dataset: Dataset) -> list[Ints]:
    """Pictures of the same bytes, in groups of two or more, each file once. Flat pictures are left out."""
    images = dataset.images
    usable = np.flatnonzero((images.content != 0) & ~is_flat(images))
    if not len(usable):
        return []
    ids = identities(images)
    order = usable[np.argsort(ids[usable], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(ids[order])) + 1)
    several = [
        group[np.sort(np.unique(images.path[group], return_index=True)[1])] for group in groups if len(group) > 1
    ]
    return [group for group in several if len(group) > 1]


def contradictions(dataset: Dataset) -> tuple[list[Contradiction], int]:
    """Each picture whose labels contradict those of an earlier one of the same bytes, and how many twins were compared."""
    found, compared, groups = [], 0, groups_of_twins(dataset)
    if not groups:
        return [], 0
    boxes = _boxes_by_picture(dataset)
    for group in groups:
        first = int(group[0])
        for second in group[1:].tolist():
            compared += 1
            text = _difference(dataset, first, second, boxes)
            if text:
                found.append(Contradiction(first, second, text))
    return found, compared


def are_many(dataset: Dataset, found: list[Contradiction]) -> bool:
    """Whether contradictions are an error: at least two, and `MANY` of the pictures."""
    return len(found) >= max(2, MANY * len(dataset.images))


def contradiction_findings(dataset: Dataset, found: list[Contradiction]) -> Iterator[Finding]:
    """A finding for each, with both pictures and their boxes."""
    boxes = _boxes_by_picture(dataset) if found else (np.zeros(0, dtype=np.int64),) * 2
    for n, c in enumerate(found[:EVERY_PAIR]):
        here, there = (str(dataset.images.path[i]) for i in (c.second, c.first))
        shown = tuple(_picture(dataset, i, boxes) for i in (c.second, c.first)) if n < PICTURES else ()
        more = len(found) - EVERY_PAIR
        tail = f" (and {more:,} more)" if more > 0 and n == EVERY_PAIR - 1 else ""
        place = Place(path=_label_file(dataset, c.second, boxes), image=here)
        yield Finding(place, f"{here} is {there}, byte for byte, and {c.text}{tail}", shown)


def _boxes_by_picture(dataset: Dataset) -> tuple[Ints, Ints]:
    """Boxes sorted by picture, and for each picture where its own begin."""
    order = np.argsort(dataset.boxes.image, kind="stable")
    return order, np.searchsorted(dataset.boxes.image[order], np.arange(len(dataset.images) + 1))


def _own(boxes: tuple[Ints, Ints], i: int) -> Ints:
    return boxes[0][boxes[1][i] : boxes[1][i + 1]][:MOST_BOXES]


def _label_file(dataset: Dataset, i: int, boxes: tuple[Ints, Ints]) -> str | None:
    own = _own(boxes, i)
    return str(dataset.boxes.label_path[own[0]]) if len(own) else None


def _difference(dataset: Dataset, i: int, j: int, boxes: tuple[Ints, Ints]) -> str:
    """How the labels of j differ from those of i; empty where they agree, or where one of them has none to compare."""
    images, names = dataset.images, dataset.names
    if dataset.task == "classify":
        a, b = int(images.class_id[i]), int(images.class_id[j])
        return f"its class is {names.get(b, b)}, not {names.get(a, a)}" if a != b and min(a, b) >= 0 else ""
    if not {images.label_state[i], images.label_state[j]} <= {"labelled", "background"}:
        return ""
    first, second = _own(boxes, i), _own(boxes, j)
    overlap = _overlaps(dataset, first, second)
    classes = dataset.boxes.class_id
    same = overlap >= SAME_PLACE
    agree = same & (classes[first][:, None] == classes[second][None, :])
    swapped = same.any(axis=0) & ~agree.any(axis=0)
    extra, lacking = int((~same.any(axis=0)).sum()), int((~same.any(axis=1)).sum())
    if swapped.any():
        k = int(np.flatnonzero(swapped)[0])
        other = first[int(overlap[:, k].argmax())]
        said, meant = (_name(dataset, float(classes[n])) for n in (second[k], other))
        return f"{int(swapped.sum())} of its {len(second)} boxes have another class: {said}, not {meant}"
    if extra or lacking:
        return f"its {len(second)} boxes are not the {len(first)} of the other: {extra} more, {lacking} lacking"
    return ""


def _name(dataset: Dataset, class_id: float) -> str:
    return dataset.names.get(int(class_id), f"{class_id:g}") if class_id % 1 == 0 else f"{class_id:g}"


def _overlaps(dataset: Dataset, first: Ints, second: Ints) -> Floats:
    """Intersection over union of each pair of boxes, (n, m), in shares of the picture."""
    b = dataset.boxes
    x0, y0, x1, y1 = b.x - b.w / 2, b.y - b.h / 2, b.x + b.w / 2, b.y + b.h / 2
    wide = np.minimum(x1[first][:, None], x1[second]) - np.maximum(x0[first][:, None], x0[second])
    high = np.minimum(y1[first][:, None], y1[second]) - np.maximum(y0[first][:, None], y0[second])
    shared = np.maximum(wide, 0) * np.maximum(high, 0)
    union = (b.w * b.h)[first][:, None] + (b.w * b.h)[second] - shared
    return np.asarray(shared / np.maximum(union, 1e-12))


def _picture(dataset: Dataset, i: int, boxes: tuple[Ints, Ints]) -> Picture:
    path, b = str(dataset.images.path[i]), dataset.boxes
    size = float(dataset.images.width[i]), float(dataset.images.height[i])
    drawn = tuple(
        Box(
            float((b.x[k] - b.w[k] / 2) * size[0]),
            float((b.y[k] - b.h[k] / 2) * size[1]),
            float((b.x[k] + b.w[k] / 2) * size[0]),
            float((b.y[k] + b.h[k] / 2) * size[1]),
            _name(dataset, float(b.class_id[k])),
        )
        for k in _own(boxes, i)[:60].tolist()
    )
    named = dataset.names.get(int(dataset.images.class_id[i]), "")
    return Picture(dataset.absolute(path), drawn, f"{path} {named}".strip())
