"""What is put right about boxes, step by step: each step sees the boxes as the steps before it left them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from traindx.core.box_formats import CORNERS, misread_boxes
from traindx.core.box_pairs import coinciding, first_twin, is_identical, is_shape
from traindx.core.box_readings import TOLERANCE_SHARE, Mask, finite, in_pixels, out_of_range
from traindx.core.corner_formats import as_shares, misread, read_as
from traindx.core.corner_formats import misread_boxes as misread_entries
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.id_conventions import counts_from_one, shifted_ids

NEAR = 0.95
"""IoU from which on two boxes of a class count as one object: that of `near-duplicate-box`."""


@dataclass(frozen=True)
class Revision:
    """The boxes at `index` get new `columns`, or are deleted where that is None. `safe`: the label's meaning stays."""

    code: str
    safe: bool
    index: Ints
    columns: Mapping[str, Floats] | None = None


Step = Callable[[Dataset], Iterator[Revision]]


def from_pixels(dataset: Dataset) -> Iterator[Revision]:
    """Pixels to shares; safe where every box of the picture is in pixels, its size is known, and none then is misread."""
    b, images = dataset.boxes, dataset.images
    pixels = in_pixels(dataset) & (images.width[b.image] > 0)
    if not pixels.any():
        return
    width, height = (np.where(pixels, side[b.image], 1) for side in (images.width, images.height))
    shares = {"x": b.x / width, "y": b.y / height, "w": b.w / width, "h": b.h / height}
    doubtful = np.bincount(b.image[~pixels], minlength=len(images))[b.image] > 0
    as_shares = replace(b, x=shares["x"], y=shares["y"], w=shares["w"], h=shares["h"])
    for part in misread_boxes(replace(dataset, boxes=as_shares)).parts:
        doubtful[part.index] = True
    for safe, mask in ((True, pixels & ~doubtful), (False, pixels & doubtful)):
        yield Revision("D206", safe, np.flatnonzero(mask), {name: values[mask] for name, values in shares.items()})


def to_centre(dataset: Dataset) -> Iterator[Revision]:
    """Corners, or upper left corner and size, to centre and size, in the parts of the set where D210 sees them."""
    b = dataset.boxes
    for part in misread_boxes(dataset).parts:
        i = part.index
        if part.reading == CORNERS:
            new = {"x": (b.x[i] + b.w[i]) / 2, "y": (b.y[i] + b.h[i]) / 2, "w": b.w[i] - b.x[i], "h": b.h[i] - b.y[i]}
        else:
            new = {"x": b.x[i] + b.w[i] / 2, "y": b.y[i] + b.h[i] / 2}
        yield Revision("D210", False, i, new)


def to_own_format(dataset: Dataset) -> Iterator[Revision]:
    """Boxes of json and xml that are meant in another way (D238): read that way, and shares times the picture's size."""
    part_of = [(part.index, read_as(dataset, part.reading)) for part in misread_entries(dataset)]
    shares = np.flatnonzero(as_shares(dataset))
    b, images = dataset.boxes, dataset.images
    if len(shares):
        sides = [side[b.image].astype(float) for side in (images.width, images.height)]
        x0, y0, x1, y1 = dataset.corners()
        part_of.append((shares, (x0 * sides[0], y0 * sides[1], x1 * sides[0], y1 * sides[1])))
    for i, corners in part_of:
        x0, y0, x1, y1 = (side[i] for side in corners)
        width, height = images.width[b.image[i]], images.height[b.image[i]]
        new = {"x": (x0 + x1) / 2 / width, "y": (y0 + y1) / 2 / height, "w": (x1 - x0) / width, "h": (y1 - y0) / height}
        yield Revision("D238", False, i, new)


def _meant_otherwise(dataset: Dataset) -> Mask:
    """Boxes that the checks take for written in another way: to cut them off would spoil what they say."""
    if dataset.format != "yolo":
        return misread(dataset)
    found = np.zeros(len(dataset.boxes), dtype=bool)
    for part in misread_boxes(dataset).parts:
        found[part.index] = True
    return found


def ids_from_zero(dataset: Dataset) -> Iterator[Revision]:
    """One less for ids that count from 1, in the whole set (D205) or in the files where contrast shows it (D216).

    Files without an id that is impossible are known by their mix of classes or sizes alone: not safe.
    """
    ids = dataset.boxes.class_id
    if counts_from_one(dataset):
        i = np.flatnonzero(ids >= 1)
        yield Revision("D205", True, i, {"class_id": ids[i] - 1})
    elif (shifted := shifted_ids(dataset)) is not None:
        of_these = np.zeros(len(dataset.images), dtype=bool)
        of_these[shifted.images] = True
        i = np.flatnonzero(of_these[dataset.boxes.image] & (ids >= 1))
        yield Revision("D216", shifted.impossible, i, {"class_id": ids[i] - 1})


def without_name(dataset: Dataset) -> Iterator[Revision]:
    """Boxes of ids that the settings do not name go."""
    ids = dataset.boxes.class_id
    yield Revision("D204", False, np.flatnonzero((ids < 0) | (ids >= dataset.num_classes) | (ids != np.floor(ids))))


def without_area(dataset: Dataset) -> Iterator[Revision]:
    """Boxes of negative size, whose corners were exchanged, are turned; those without an area go."""
    b = dataset.boxes
    sized = finite(dataset) & (b.w != 0) & (b.h != 0)
    turned = np.flatnonzero(sized & ((b.w < 0) | (b.h < 0)))
    yield Revision("D208", False, turned, {"w": np.abs(b.w[turned]), "h": np.abs(b.h[turned])})
    yield Revision("D208", False, np.flatnonzero(~sized))


def cut_at_edges(dataset: Dataset) -> Iterator[Revision]:
    """Boxes that reach over the edge are cut off at it, those that lie outside go; safe where it is but rounding.

    Rounding is a coordinate up to a hundredth outside of 0..1 (D213): YOLOv5 drops pictures for it, Ultralytics does not.
    """
    b = dataset.boxes
    plain = (b.w > 0) & (b.h > 0) & finite(dataset) & ~in_pixels(dataset) & ~_meant_otherwise(dataset)
    x0, x1 = np.clip(b.x - b.w / 2, 0, 1), np.clip(b.x + b.w / 2, 0, 1)
    y0, y1 = np.clip(b.y - b.h / 2, 0, 1), np.clip(b.y + b.h / 2, 0, 1)
    cut = {"x": (x0 + x1) / 2, "y": (y0 + y1) / 2, "w": x1 - x0, "h": y1 - y0}
    gone = (cut["w"] <= 0) | (cut["h"] <= 0)
    high = np.maximum.reduce([b.x, b.y, b.w, b.h])
    far = out_of_range(dataset) & plain
    slight = plain & ~far & ((high > 1) | (np.minimum(b.x, b.y) < 0)) & ~gone
    over = plain & ~far & ~slight & _overhangs(dataset) & ~gone
    for code, safe, mask in (("D213", True, slight), ("D213", False, far & ~gone), ("D207", False, over)):
        yield Revision(code, safe, np.flatnonzero(mask), {name: values[mask] for name, values in cut.items()})
    yield Revision("D213", False, np.flatnonzero(plain & far & gone))


def _overhangs(dataset: Dataset) -> Mask:
    """Boxes over the edge by more than rounding, as `box-outside-image` measures it."""
    b, images = dataset.boxes, dataset.images
    across = np.maximum(b.w / 2 - b.x, b.x + b.w / 2 - 1)
    down = np.maximum(b.h / 2 - b.y, b.y + b.h / 2 - 1)
    pixel = [np.where(side > 0, 1 / np.maximum(side, 1), 0)[b.image] for side in (images.width, images.height)]
    return np.asarray((across > np.maximum(TOLERANCE_SHARE, pixel[0])) | (down > np.maximum(TOLERANCE_SHARE, pixel[1])))


def without_pixel(dataset: Dataset) -> Iterator[Revision]:
    """Boxes of less than a pixel go."""
    b, images = dataset.boxes, dataset.images
    width, height = images.width[b.image], images.height[b.image]
    small = ((b.w * width < 1) | (b.h * height < 1)) & (width > 0) & (b.w > 0) & (b.h > 0) & finite(dataset)
    yield Revision("D215", False, np.flatnonzero(small))


def once(dataset: Dataset) -> Iterator[Revision]:
    """Of the same box twice, the later one goes; safe where it is exactly the same."""
    ids = dataset.boxes.class_id
    pairs = coinciding(dataset, NEAR)
    same_class = (ids[pairs.first] == ids[pairs.second]) & ~is_shape(dataset)[pairs.second]
    exact = first_twin(pairs, same_class & is_identical(dataset, pairs))
    yield Revision("D209", True, np.array(sorted(exact), dtype=np.int64))
    gone = np.isin(pairs.first, list(exact)) | np.isin(pairs.second, list(exact))
    near = first_twin(pairs, same_class & ~gone)
    yield Revision("D217", False, np.array(sorted(near), dtype=np.int64))


YOLO_STEPS: Mapping[str, Step] = {
    "pixel-coordinates": from_pixels,
    "corner-boxes": to_centre,
    "one-based-ids": ids_from_zero,
    "out-of-range-ids": without_name,
    "zero-area": without_area,
    "outside": cut_at_edges,
    "sub-pixel": without_pixel,
    "duplicates": once,
}
"""The steps in their order, by name."""

ENTRY_STEPS: Mapping[str, Step] = {
    "other-format": to_own_format,
    **{name: YOLO_STEPS[name] for name in ("zero-area", "outside", "sub-pixel", "duplicates")},
}
"""Those that apply to the objects of json and xml, where ids and coordinates have other rules."""
