"""Findings for rows of label files: every row while they are few, one per file when they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from traindx.core.dataset import Dataset
from traindx.core.finding import Box, Evidence, Finding, Picture, Place

EVERY_ROW = 200
"""Up to so many rows each has its finding; beyond, each file has one for its first row. A guess at what one reads."""

PICTURES = 5
"""Findings of a check that carry a picture, to bound a report's size."""

OTHER_BOXES = 60


def row_findings(
    dataset: Dataset,
    wrong: Iterable[int],
    message: Callable[[int], str],
    *,
    evidence: Callable[[int], tuple[Evidence, ...]] = lambda _: (),
    pixels: bool = False,
) -> Iterator[Finding]:
    """Findings for the boxes at `wrong`; `message` and `evidence` are asked for each one that is reported.

    `pixels`: the boxes are written in pixels, so that pictures show them where they were meant.
    """
    chosen = _one_per_row(dataset, wrong)
    per_file: dict[str, list[int]] = {}
    for i in chosen:
        per_file.setdefault(str(dataset.boxes.label_path[i]), []).append(i)
    summary = len(chosen) > EVERY_ROW
    heads = [rows[0] for rows in per_file.values()] if summary else chosen
    for n, i in enumerate(heads):
        same_file = per_file[str(dataset.boxes.label_path[i])]
        more = f" ({len(same_file)} such rows in this file)" if summary and len(same_file) > 1 else ""
        shown = (picture_of(dataset, i, same_file if summary else [i], pixels=pixels),) if n < PICTURES else ()
        own = int(dataset.boxes.id[i])
        said = f"annotation {own}: {message(i)}" if own >= 0 else message(i)
        yield Finding(place_of(dataset, i), said + more, evidence(i) + shown)


def count_rows(dataset: Dataset, wrong: Iterable[int]) -> int:
    """How many rows of label files the boxes at `wrong` are (two pictures that share a label file share its rows)."""
    return len(_one_per_row(dataset, wrong))


def _one_per_row(dataset: Dataset, wrong: Iterable[int]) -> list[int]:
    paths, lines, ids = dataset.boxes.label_path, dataset.boxes.line, dataset.boxes.id
    return list({(paths[i], lines[i], ids[i]): int(i) for i in reversed(list(wrong))}.values())[::-1]


def place_of(dataset: Dataset, box: int) -> Place:
    """File, line and picture of a box."""
    boxes = dataset.boxes
    return Place(
        path=str(boxes.label_path[box]), line=int(boxes.line[box]), image=str(dataset.images.path[boxes.image[box]])
    )


def picture_of(dataset: Dataset, box: int, wrong: Iterable[int], *, pixels: bool = False) -> Picture:
    """The picture of a box with its boxes drawn, those at `wrong` marked."""
    boxes, images = dataset.boxes, dataset.images
    image = int(boxes.image[box])
    marked = set(wrong)
    scale = (1.0, 1.0) if pixels else (float(images.width[image] or 1), float(images.height[image] or 1))
    same = [int(i) for i in np.flatnonzero(boxes.image == image)]
    drawn = [i for i in same if i in marked][:OTHER_BOXES] + [i for i in same if i not in marked][:OTHER_BOXES]
    path = str(images.path[image])
    shapes = [(_box(dataset, i, scale, i in marked)) for i in drawn]
    return Picture(dataset.absolute(path), tuple(s for s in shapes if s is not None), path)


def _box(dataset: Dataset, i: int, scale: tuple[float, float], wrong: bool) -> Box | None:
    b = dataset.boxes
    x0, y0, x1, y1 = b.x[i] - b.w[i] / 2, b.y[i] - b.h[i] / 2, b.x[i] + b.w[i] / 2, b.y[i] + b.h[i] / 2
    if not np.isfinite([x0, y0, x1, y1]).all():
        return None
    class_id = float(b.class_id[i])
    name = dataset.names.get(int(class_id), f"{class_id:g}") if class_id == int(class_id) else f"{class_id:g}"
    return Box(
        float(x0 * scale[0]), float(y0 * scale[1]), float(x1 * scale[0]), float(y1 * scale[1]), name, bool(wrong)
    )
