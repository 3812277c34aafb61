"""Looks at the boxes of some pictures of each split: do they lie on what is to be seen there? A small second pass."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import simplejpeg

from traindx.core.box_fit import ELSEWHERE, PER_SPLIT, BoxFit, telling
from traindx.core.box_layouts import READINGS, other_readings
from traindx.core.check import Facts
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.scan.box_surroundings import contrasts, edges, gradients_of, sums_of
from traindx.scan.jpeg import START
from traindx.scan.shards import over_shards

SIDE = 120
"""Pixels of the short side at which boxes are laid over a picture, as in `scan/frames.py`."""

BOXES, SHARD = 60, 8

OTHERS = 6
"""Pictures whose boxes are laid over a picture for comparison: the mean over more hardly varies less. A guess."""

APART = 0.5
"""Overlap (IoU) of a box with its mirror image from which the two cannot be told apart."""

FLOOR = 0.05
"""Share of a picture's mean gradient, and grey levels of contrast (20 times it), added to both sides of a ratio."""


@dataclass(frozen=True)
class _Task:
    """A picture, its boxes as centre and size in shares of its sides, those of other pictures, and its sides."""

    path: str
    boxes: Floats
    others: Floats
    width: int
    height: int


def with_box_fit(facts: Facts) -> Facts:
    """The facts with how boxes fit their pictures, where these were decoded and are local: a function of the other facts."""
    dataset: Dataset = facts["dataset"]
    here = dataset.depth == "full" and "://" not in dataset.root
    if dataset.task != "detect" or not len(dataset.boxes) or not here:
        return facts
    return {**facts, "box_fit": look_at_places(dataset)}


def look_at_places(dataset: Dataset, *, workers: int | None = None) -> BoxFit:
    """How the boxes of up to `PER_SPLIT` pictures of each split fit; what cannot be decoded is left out. Local files only."""
    rows = telling(dataset)
    rows = rows[np.argsort(dataset.boxes.image[rows], kind="stable")]
    images, starts = np.unique(dataset.boxes.image[rows], return_index=True)
    groups = np.split(rows, starts[1:]) if len(rows) else []
    chosen = _chosen(dataset, images)
    boxes = [_boxes(dataset, groups[i]) for i in chosen.tolist()]
    tasks = [
        _task(dataset, int(images[i]), boxes[n], [boxes[(n + k) % len(boxes)] for k in range(1, OTHERS + 1)])
        for n, i in enumerate(chosen.tolist())
    ]
    found = [fit for part in over_shards(_fits_of, tasks, size=SHARD, workers=workers) for fit in part]
    seen = [n for n, fit in enumerate(found) if fit is not None]
    gains, losses = zip(*(fit for fit in found if fit is not None), strict=True) if seen else ((), ())
    return BoxFit(
        images[chosen[seen]],
        np.reshape(gains, (-1, 4, 2)).astype(np.float64),
        np.reshape(losses, (-1, len(READINGS), 2)).astype(np.float64),
    )


def _chosen(dataset: Dataset, images: Ints) -> Ints:
    """Which of the pictures are looked at, ascending."""
    draw = np.random.default_rng(0)
    parts = [np.flatnonzero(dataset.images.split[images] == split.name) for split in dataset.splits]
    parts = [draw.choice(part, PER_SPLIT, replace=False) if len(part) > PER_SPLIT else part for part in parts]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def _boxes(dataset: Dataset, rows: Ints) -> Floats:
    b, rows = dataset.boxes, rows[:BOXES]
    return np.stack([b.x[rows], b.y[rows], b.w[rows], b.h[rows]], axis=1)


def _task(dataset: Dataset, image: int, boxes: Floats, others: list[Floats]) -> _Task:
    """The others without those that lie on the picture's own: these cannot be told apart."""
    images, there = dataset.images, np.concatenate(others)
    near = _overlap(np.repeat(there, len(boxes), axis=0), np.tile(boxes, (len(there), 1))).reshape(len(there), -1)
    path, width, height = dataset.absolute(str(images.path[image])), images.width[image], images.height[image]
    return _Task(path, boxes, there[near.max(axis=1) < APART], int(width), int(height))


def _fits_of(tasks: Sequence[_Task]) -> list[tuple[Floats, Floats] | None]:
    return [_fit(task) for task in tasks]


def _fit(task: _Task) -> tuple[Floats, Floats] | None:
    """How much better the boxes fit than in each other layout, and how much better each other reading fits."""
    try:
        grey = _grey(task.path)
    except Exception:  # whatever a decoder says of a damaged picture is said by the checks of pictures
        return None
    boxes, steps = task.boxes, gradients_of(grey)
    floors = FLOOR * float(steps.sum(axis=2).mean()) + 1e-6, 20 * FLOOR
    layouts = [boxes, boxes * [-1, 1, 1, 1] + [1, 0, 0, 0], boxes * [1, -1, 1, 1] + [0, 1, 0, 0], _unpadded(task)]
    readings = other_readings(boxes, task.width, task.height)
    laid = np.concatenate([*layouts, *readings, task.others])
    measures = edges(sums_of(steps), laid), contrasts(sums_of(grey), laid)
    end, last = len(layouts) * len(boxes), len(laid) - len(task.others)
    gains = _gains(layouts, [values[:end] for values in measures], floors)
    inside = (np.abs(readings[:, :, :2] - 0.5) <= 0.5).all(axis=2)
    read = np.full((len(readings), 2), 0.0)
    for n, (values, floor) in enumerate(zip(measures, floors, strict=True)):
        own = values[: len(boxes)].mean() + floor
        there = np.where(inside, values[end:last].reshape(inside.shape), 0).mean(axis=1)
        read[:, n] = np.log((there + floor) / own)
        if len(task.others):
            gains[ELSEWHERE, n] = np.log(own / (values[last:].mean() + floor))
    return gains, read


def _gains(layouts: list[Floats], measures: list[Floats], floors: tuple[float, float]) -> Floats:
    boxes, gains = layouts[0], np.full((4, 2), np.nan)
    for layout in range(3):
        apart = np.abs(layouts[layout + 1] - boxes).max(axis=1) > 1e-3
        apart &= _overlap(boxes, layouts[layout + 1]) < (APART if layout < 2 else 1)
        for n, (values, floor) in enumerate(zip(measures, floors, strict=True)):
            own, other = values[: len(boxes)], values[(layout + 1) * len(boxes) : (layout + 2) * len(boxes)]
            if apart.any():
                gains[layout, n] = np.log((own[apart].mean() + floor) / (other[apart].mean() + floor))
    return gains


def _unpadded(task: _Task) -> Floats:
    """The boxes, if they were shares of the square that the picture was padded to."""
    side = max(task.width, task.height)
    sides = np.array([side / task.width, side / task.height] * 2)  # of the square, in those of the picture
    return np.asarray((task.boxes - [0.5, 0.5, 0, 0]) * sides + [0.5, 0.5, 0, 0])


def _overlap(a: Floats, b: Floats) -> Floats:
    """IoU of each box with the one in its place."""
    low = np.maximum(a[:, :2] - a[:, 2:] / 2, b[:, :2] - b[:, 2:] / 2)
    high = np.minimum(a[:, :2] + a[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2)
    shared = np.maximum(high - low, 0).prod(axis=1)
    return np.asarray(shared / (a[:, 2:].prod(axis=1) + b[:, 2:].prod(axis=1) - shared))


def _grey(path: str) -> Floats:
    """The picture in grey, 0 to 255, with a short side of `SIDE` pixels or somewhat more, (height, width, 1)."""
    data = Path(path).read_bytes()
    if data.startswith(START):
        height, width, _, _ = simplejpeg.decode_jpeg_header(data, strict=False)
        scale = min(1.0, SIDE / min(height, width))
        sides = {"min_height": int(height * scale), "min_width": int(width * scale)}
        grey = simplejpeg.decode_jpeg(data, "GRAY", strict=False, **sides)[..., 0].astype(np.float64)
    else:
        from traindx.scan.raster import opened  # it needs Pillow, which plain JPEGs do without

        with opened(io.BytesIO(data)) as picture:
            deep = picture.mode.startswith(("I", "F"))
            grey = np.asarray(picture if deep else picture.convert("L"), dtype=np.float64)
            grey = grey * (255 / max(float(grey.max()), 1.0)) if deep else grey
    block = max(1, min(grey.shape) // SIDE)
    height, width = (side // block * block for side in grey.shape)
    grey = grey[:height, :width].reshape(height // block, block, width // block, block).mean(axis=(1, 3))
    return np.asarray(grey[..., None])
