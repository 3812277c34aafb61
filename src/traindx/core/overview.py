"""What a dataset is, as evidence for the report's first page: how much it holds, where the splits lead, classes, sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from traindx.core.class_counts import boxes_per_class
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.finding import Bars, Evidence, Measured, Table

CLASSES = 60
"""Classes shown as bars, those with the most boxes; more cannot be told apart on a page."""

SIZES = 8
"""Up to so many different picture sizes are named; more are shown by their longest side."""

PER_PICTURE = (0, 1, 2, 3, 5, 9, 17, 33, 65, 129)
"""Lower ends of the bins of boxes per picture."""

SIDES = (0, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""Lower ends of the bins of box sizes in pixels; COCO's small, medium and large part at 32 and 96 (cocodataset.org)."""

LONGEST = (0, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


def overview(dataset: Dataset) -> tuple[Evidence, ...]:
    """Numbers, the splits as a table, then bars: objects per class, boxes per picture, box sizes, picture sizes."""
    parts: list[Evidence] = [Measured("pictures", len(dataset.images))]
    if dataset.task == "detect":
        parts.append(Measured("boxes", len(dataset.boxes)))
    parts += [Measured("classes", dataset.num_classes), _splits(dataset), *_classes(dataset)]
    if dataset.task == "detect" and len(dataset.boxes):
        parts += [_per_picture(dataset), *_box_sizes(dataset)]
    return (*parts, *_picture_sizes(dataset))


def _splits(dataset: Dataset) -> Table:
    rows: list[tuple[str | int, ...]] = []
    for split in dataset.splits:
        states = Counter(dataset.images.label_state[dataset.in_split(split.name)].tolist())
        counts = [states[state] for state in ("labelled", "background", "missing", "unreadable")]
        number = int(dataset.in_split(split.name).sum())
        rows.append((split.name, split.written, split.resolved, number, *counts, split.looked_in, split.label_rule))
    columns = ("split", "written", "leads to", "pictures", "labelled", "background", "missing", "unreadable")
    return Table("Splits and where they lead", (*columns, "labels looked for in", "rule"), tuple(rows))


def _classes(dataset: Dataset) -> Iterator[Bars]:
    counts = boxes_per_class(dataset)
    total = np.sum(list(counts.values()), axis=0) if counts else np.zeros(0)
    if not np.any(total):
        return
    order = np.argsort(-total, kind="stable")[:CLASSES]
    shown = np.sort(order) if len(total) <= CLASSES else order
    labels = tuple(dataset.names.get(int(i), str(i)) for i in shown)
    series = tuple((name, tuple(float(count[i]) for i in shown)) for name, count in counts.items())
    unit = "pictures" if dataset.task == "classify" else "boxes"
    most = f", the {CLASSES} most frequent of {len(total):,}" if len(total) > CLASSES else ""
    yield Bars(f"{unit.capitalize()} per class and split{most}", labels, series, unit)


def _per_picture(dataset: Dataset) -> Bars:
    per_picture = np.bincount(dataset.boxes.image, minlength=len(dataset.images))
    every = np.arange(len(per_picture))
    return _histogram("Boxes per picture", per_picture, every, dataset, PER_PICTURE, "pictures", _whole)


def _box_sizes(dataset: Dataset) -> Iterator[Bars]:
    """Square root of a box's area, in pixels of the picture as stored; nothing where sizes are not known."""
    if not dataset.images.width.any():
        return
    x0, y0, x1, y1 = dataset.corners()
    with np.errstate(invalid="ignore", over="ignore"):
        side = np.sqrt(np.clip(x1 - x0, 0, None) * np.clip(y1 - y0, 0, None))
    known = np.isfinite(side)
    if known.any():
        title = "Box sizes: square root of the area, in pixels"
        yield _histogram(title, side[known], dataset.boxes.image[known], dataset, SIDES, "boxes", _from_to)


def _picture_sizes(dataset: Dataset) -> Iterator[Bars]:
    images = dataset.images
    known = (images.width > 0) & (images.height > 0)
    if not known.any():
        return
    sizes = list(zip(images.width[known].tolist(), images.height[known].tolist(), strict=True))
    if len(set(sizes)) > SIZES:
        longest = np.maximum(images.width, images.height)[known]
        title = "Picture sizes: longest side, in pixels"
        yield _histogram(title, longest, np.flatnonzero(known), dataset, LONGEST, "pictures", _from_to)
        return
    order = [size for size, _ in Counter(sizes).most_common()]
    counted = Counter(zip(images.split[known].tolist(), sizes, strict=True))
    series = tuple((s, tuple(float(counted[s, size]) for size in order)) for s in _names(dataset))
    yield Bars("Picture sizes, in pixels", tuple(f"{w} × {h}" for w, h in order), series, "pictures")


def _names(dataset: Dataset) -> list[str]:
    return [split.name for split in dataset.splits]


def _histogram(
    title: str,
    values: Ints | Floats,
    image: Ints,
    dataset: Dataset,
    starts: Sequence[int],
    unit: str,
    label: Callable[[int, int | None], str],
) -> Bars:
    """How many values, each of a picture, of each split lie in each bin, without the empty bins at either end."""
    at = np.searchsorted(starts, values, side="right") - 1
    used = range(int(at.min()), int(at.max()) + 1)
    ends = [*starts[1:], None]
    series = []
    for name in _names(dataset):
        counts = np.bincount(at[dataset.in_split(name)[image]], minlength=len(starts))
        series.append((name, tuple(float(counts[i]) for i in used)))
    return Bars(title, tuple(label(starts[i], ends[i]) for i in used), tuple(series), unit)


def _whole(start: int, end: int | None) -> str:
    if end is None:
        return f"{start}+"
    return str(start) if end == start + 1 else f"{start}–{end - 1}"


def _from_to(start: int, end: int | None) -> str:
    if end is None:
        return f"≥ {start}"
    return f"{start}–{end}" if start else f"< {end}"
