"""Cuts every annotated object out of its picture and looks at it: a second pass over the pictures, of small sets or on request."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from traindx.core.check import Facts
from traindx.core.crops import SIDE, Crops, features_of, objects_to_look_at
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.matching import corners_of
from traindx.scan.shards import over_shards

if TYPE_CHECKING:
    from PIL import Image

DETAIL = 64
"""A picture is decoded at the smallest scale at which its smallest object still has so many pixels along its shorter side."""


SHARD = 16

FEWEST, FEW = 120, 1_500
"""Numbers of objects between which they are looked at without being asked for: it takes a second or two (a guess)."""


@dataclass(frozen=True)
class _Task:
    """One picture with the objects to cut out: corners as shares of the picture, (m, 4)."""

    path: str
    corners: Floats


def with_crops_of_few(facts: Facts) -> Facts:
    """The facts with the looks of the objects, where these are few, were decoded and are local: a function of the other facts."""
    dataset: Dataset = facts["dataset"]
    here = dataset.depth == "full" and "://" not in dataset.root
    if "crops" in facts or not here or not FEWEST <= len(objects_to_look_at(dataset)) <= FEW:
        return facts
    return {**facts, "crops": replace(look_at_objects(dataset), asked=False)}


def look_at_objects(
    dataset: Dataset, *, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Crops:
    """The looks of the dataset's objects; those of pictures that cannot be decoded are left out. Local files only."""
    index = objects_to_look_at(dataset)
    whole = dataset.task == "classify"
    image = index if whole else dataset.boxes.image[index]
    corners = np.tile([0.0, 0.0, 1.0, 1.0], (len(index), 1)) if whole else corners_of(dataset.boxes)[index]
    order = np.argsort(image, kind="stable")
    starts = np.flatnonzero(np.diff(image[order], prepend=-1))
    groups = np.split(order, starts[1:]) if len(order) else []
    tasks = [_Task(dataset.absolute(str(dataset.images.path[image[g[0]]])), corners[g]) for g in groups]
    parts: list[NDArray[np.float32] | None] = []
    for looks in over_shards(_looks, tasks, size=SHARD, workers=workers):
        parts += looks
        if progress is not None:
            progress(len(parts), len(tasks))
    seen = [g for g, part in zip(groups, parts, strict=True) if part is not None]
    kept: Ints = np.concatenate(seen) if seen else np.zeros(0, np.int64)
    features = [part for part in parts if part is not None]
    classes = dataset.images.class_id if whole else dataset.boxes.class_id.astype(np.int64)
    return Crops(
        index[kept],
        classes[index[kept]],
        np.concatenate(features) if features else np.zeros((0, 1), np.float32),
    )


def _looks(tasks: Sequence[_Task]) -> list[NDArray[np.float32] | None]:
    return [_look(task) for task in tasks]


def _look(task: _Task) -> NDArray[np.float32] | None:
    from PIL import Image  # which labels alone do without

    try:
        picture = _decoded(task)
    except Exception:  # whatever a decoder says of a damaged picture is said by the checks of pictures
        return None
    width, height = picture.size
    rows = []
    for x0, y0, x1, y1 in np.clip(task.corners, 0, 1).tolist():
        left, top = min(int(x0 * width), width - 1), min(int(y0 * height), height - 1)
        right, bottom = max(left + 1, round(x1 * width)), max(top + 1, round(y1 * height))
        crop = picture.resize(
            (SIDE, SIDE), Image.Resampling.BILINEAR, box=(left, top, min(right, width), min(bottom, height))
        )
        rows.append(features_of(np.asarray(crop), (x1 - x0, y1 - y0)))
    return np.stack(rows)


def _decoded(task: _Task) -> Image.Image:
    """The picture in RGB as it is stored; JPEG at a reduced scale where the objects are large."""
    from PIL import Image

    from traindx.scan.raster import opened

    data = Path(task.path).read_bytes()
    if data.startswith(b"\xff\xd8\xff"):
        shorter = float(np.clip(task.corners[:, 2:] - task.corners[:, :2], 1e-3, 1).min())
        height, width, _, _ = simplejpeg.decode_jpeg_header(data, strict=False)
        side = min(int(DETAIL / shorter), width, height)
        return Image.fromarray(simplejpeg.decode_jpeg(data, "RGB", min_height=side, min_width=side, strict=False))
    with opened(io.BytesIO(data)) as picture:
        converted: Image.Image = picture.convert("RGB")
        return converted
