"""Looks at the boxes of some pictures of each split: do they lie on what is to be seen there? A small second pass."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import simplejpeg

from traindx.core.box_fit import PER_SPLIT, BoxFit, telling
from traindx.core.check import Facts
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.scan.box_surroundings import contrasts, edges, gradients_of, sums_of
from traindx.scan.jpeg import START
from traindx.scan.shards import over_shards

SIDE = 120
"""Pixels of the short side at which boxes are laid over a picture, as in `scan/frames.py`."""

BOXES, SHARD = 60, 8

APART = 0.5
"""Overlap (IoU) of a box with its mirror image from which the two cannot be told apart."""

FLOOR = 0.05
"""Share of a picture's mean gradient, and grey levels of contrast (20 times it), added to both sides of a ratio."""


@dataclass(frozen=True)
class _Task:
    """A picture, its boxes as centre and size in shares of its sides, and its width over its height."""

    path: str
    boxes: Floats
    aspect: float


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
    tasks = [_task(dataset, int(images[i]), groups[i]) for i in chosen.tolist()]
    found = [gains for part in over_shards(_gains_of, tasks, size=SHARD, workers=workers) for gains in part]
    seen = [n for n, gains in enumerate(found) if gains is not None]
    gains = [each for each in found if each is not None]
    return BoxFit(images[chosen[seen]], np.stack(gains) if gains else np.zeros((0, 3, 2)))


def _chosen(dataset: Dataset, images: Ints) -> Ints:
    """Which of the pictures are looked at, ascending."""
    draw = np.random.default_rng(0)
    parts = [np.flatnonzero(dataset.images.split[images] == split.name) for split in dataset.splits]
    parts = [draw.choice(part, PER_SPLIT, replace=False) if len(part) > PER_SPLIT else part for part in parts]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def _task(dataset: Dataset, image: int, rows: Ints) -> _Task:
    b, images = dataset.boxes, dataset.images
    rows = rows[:BOXES]
    boxes = np.stack([b.x[rows], b.y[rows], b.w[rows], b.h[rows]], axis=1)
    return _Task(dataset.absolute(str(images.path[image])), boxes, float(images.width[image] / images.height[image]))


def _gains_of(tasks: Sequence[_Task]) -> list[Floats | None]:
    return [_gains(task) for task in tasks]


def _gains(task: _Task) -> Floats | None:
    try:
        grey = _grey(task.path)
    except Exception:  # whatever a decoder says of a damaged picture is said by the checks of pictures
        return None
    boxes, steps = task.boxes, gradients_of(grey)
    layouts = [boxes, boxes * [-1, 1, 1, 1] + [1, 0, 0, 0], boxes * [1, -1, 1, 1] + [0, 1, 0, 0], _unpadded(task)]
    laid = np.concatenate(layouts)
    measures = edges(sums_of(steps), laid), contrasts(sums_of(grey), laid)
    floors = FLOOR * float(steps.sum(axis=2).mean()) + 1e-6, 20 * FLOOR
    gains = np.full((3, 2), np.nan)
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
    sides = np.array([max(1.0, 1 / task.aspect), max(1.0, task.aspect)] * 2)  # of the square, in those of the picture
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
