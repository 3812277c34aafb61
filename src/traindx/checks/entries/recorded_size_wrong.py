"""D230: the size that an annotation records is not its picture's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.box_readings import Mask
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.recorded_frame import in_recorded_frame
from traindx.core.small_dataset import dataset_of

TURNED = (5, 6, 7, 8)


@check("D230", level="error", depth="quick")
def recorded_size_wrong(
    dataset: Dataset, *, tolerance_px: int = 1, tolerance_share: float = 0.005
) -> Iterator[Finding | Measured]:
    """The width and height that a json or xml records are not those of the picture, or of its mask.

    A difference of `tolerance_px` pixels or `tolerance_share` of the side is rounding (a guess). The size after the
    picture's EXIF turn is right as well. A recorded 0 is a fault in COCO, and a note in VOC (see `recorded-size-missing`).

    ## Why is this bad?
    Converters to YOLO divide the boxes by the recorded size (Ultralytics' convert_coco and VOC scripts), so that every box
    of the picture is misplaced; by 0 they become infinite and the picture is dropped. Masks are drawn in the recorded
    size and do not fit the picture.

    ## How to fix
    Write the picture's own width and height. If the pictures were resized after they were annotated, scale the boxes too.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    images = dataset.images
    wrong = []
    for i in entries_of(dataset, "recorded-size", "rle-size"):
        image = int(dataset.rows.image[i])
        own = int(images.recorded_width[image]), int(images.recorded_height[image])
        true = int(images.width[image]), int(images.height[image])
        turned = images.orientation[image] in TURNED and own == true[::-1]
        room = [max(tolerance_px, tolerance_share * side) for side in true]
        near = all(a and abs(a - b) <= most for a, b, most in zip(own, true, room, strict=True))
        if dataset.rows.kind[i] == "rle-size" or not (turned or near):
            wrong.append(i)
    drawn = np.bincount(dataset.boxes.image[_recorded_alone(dataset)], minlength=len(images))
    yield Measured("pictures whose recorded size is wrong", len(wrong), f"0 of {len(images):,}")

    def message(i: int) -> str:
        image, reason = int(dataset.rows.image[i]), str(dataset.rows.reason[i])
        own = images.recorded_width[image], images.recorded_height[image]
        exchanged = own == (images.height[image], images.width[image]) and own[0] != own[1]
        if exchanged:
            return f"{reason}: width and height are exchanged"
        return f"{reason}: {drawn[image]} of its boxes fit the recorded size alone" if drawn[image] else reason

    yield from entry_findings(dataset, wrong, message, pictures=True)


def _recorded_alone(dataset: Dataset) -> Mask:
    """Boxes that lie in the recorded size and not in the file's: the picture was resized after they were drawn."""
    x, y, w, h = dataset.boxes.x, dataset.boxes.y, dataset.boxes.w, dataset.boxes.h
    return np.asarray(in_recorded_frame(dataset) & ((x + w / 2 > 1.01) | (y + h / 2 > 1.01)), dtype=bool)


def _set(kind: str, orientation: int = 1, **recorded: int) -> Dataset:
    picture = {"path": "images/a.jpg", "orientation": orientation, **recorded}
    row = {"image": 0, "label_path": "a.json", "kind": kind, "reason": "recorded as 480x640, the file is 640x480"}
    return replace(dataset_of([picture], [{"image": 0}], rows=[row]), format="coco")


@recorded_size_wrong.fires_on
def width_and_height_exchanged() -> Facts:
    return {"dataset": _set("recorded-size", recorded_width=480, recorded_height=640)}


@recorded_size_wrong.fires_on
def a_mask_of_another_size() -> Facts:
    return {"dataset": _set("rle-size", recorded_width=640, recorded_height=480)}


@recorded_size_wrong.quiet_on
def the_size_after_the_turn_of_exif() -> Facts:
    return {"dataset": _set("recorded-size", orientation=6, recorded_width=480, recorded_height=640)}


@recorded_size_wrong.quiet_on
def a_pixel_less() -> Facts:
    return {"dataset": _set("recorded-size", recorded_width=639, recorded_height=480)}
