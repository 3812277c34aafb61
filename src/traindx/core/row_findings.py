"""Findings for rows of label files: every row while they are few, one per file when they are many, and a bound for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Box, Evidence, Finding, Picture, Place

EVERY_ROW = 1_000
"""Up to so many rows each has its finding; beyond, each file has one for its first row. A guess at what a program reads."""

MOST = 5_000
"""Findings of one check, to bound a report's size (a megabyte of JSON); the last one says how many more there are."""

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
    chosen = one_per_row(dataset, wrong)
    heads, of_file = chosen, {}
    if summary := len(chosen) > EVERY_ROW:
        image = dataset.boxes.image[chosen]
        _, first, file, counts = np.unique(image, return_index=True, return_inverse=True, return_counts=True)
        heads = chosen[np.sort(first)]
        of_file = {int(chosen[i]): chosen[file == n] for n, i in enumerate(first[:PICTURES])}
        rows_of = dict(zip(chosen[first].tolist(), counts.tolist(), strict=True))
    for n, i in enumerate(heads[:MOST].tolist()):
        more = f" ({rows_of[i]} such rows of this picture)" if summary and rows_of[i] > 1 else ""
        shown = (picture_of(dataset, i, of_file.get(i, [i]), pixels=pixels),) if n < PICTURES else ()
        own = int(dataset.boxes.id[i])
        said = f"annotation {own}: {message(i)}" if own >= 0 else message(i)
        yield Finding(place_of(dataset, i), said + more + and_more(n, len(heads)), evidence(i) + shown)


def count_rows(dataset: Dataset, wrong: Iterable[int]) -> int:
    """How many rows of label files the boxes at `wrong` are (two pictures that share a label file share its rows)."""
    return len(one_per_row(dataset, wrong))


def one_per_row(dataset: Dataset, wrong: Iterable[int]) -> Ints:
    """The boxes at `wrong`, those of a row that two pictures share only once."""
    chosen = np.asarray(wrong if isinstance(wrong, np.ndarray) else list(wrong), dtype=np.int64)
    paths = dataset.images.label_path
    if not len(chosen) or len(set(paths.tolist())) == len(paths):
        return chosen
    boxes = dataset.boxes
    first: dict[tuple[str, int, int], int] = {}
    rows = zip(boxes.label_path[chosen], boxes.line[chosen].tolist(), boxes.id[chosen].tolist(), strict=True)
    for i, row in zip(chosen.tolist(), rows, strict=True):
        first.setdefault(row, i)
    return np.array(list(first.values()), dtype=np.int64)


def first_rows(dataset: Dataset, boxes: Ints) -> Ints:
    """Of the boxes given, the first of each picture, in their order."""
    _, first = np.unique(dataset.boxes.image[boxes], return_index=True)
    return one_per_row(dataset, boxes[np.sort(first)])


def and_more(n: int, total: int) -> str:
    """What the `n`-th finding (from 0) adds if it is the last of more than `MOST`."""
    return f" (and {total - MOST:,} more)" if n == MOST - 1 and total > MOST else ""


def row_name(dataset: Dataset, box: int) -> str:
    """What to call a box's row: by its line, or by its own id where the format has one."""
    own = int(dataset.boxes.id[box])
    return f"annotation {own}" if own >= 0 else f"line {dataset.boxes.line[box]}"


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
