"""D112: boxes fit a picture as it is stored, and training turns it by its EXIF tag."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Evidence, Finding, Measured
from traindx.core.picture_findings import picture_findings
from traindx.core.row_findings import picture_of
from traindx.core.small_dataset import dataset_of

SURE = 3.0
"""Deviations of layouts that fit neither, from which a frame is taken for decided. Of 2,472 comparisons on real pictures
(blood cells, COCO) with their true boxes, no false frame reached it (`python bench/label_bounds.py`)."""


def frame_score(dataset: Dataset) -> float:
    """All scores of a dataset as one: the sum over the root of their number; below 0, boxes fit the stored frame."""
    return float(sum(dataset.turned.values()) / max(1, len(dataset.turned)) ** 0.5)


def turned_with_boxes(dataset: Dataset) -> Ints:
    """Indices of the pictures whose EXIF orientation is not 1 and that have boxes."""
    having = np.bincount(dataset.boxes.image, minlength=len(dataset.images)) > 0
    return np.flatnonzero((dataset.images.orientation > 1) & having)


def boxes_of(dataset: Dataset, image: int) -> tuple[Evidence, ...]:
    """The picture with its boxes, for a renderer that shows both frames."""
    first = np.flatnonzero(dataset.boxes.image == image)
    return (picture_of(dataset, int(first[0]), []),) if len(first) else ()


@check("D112", level="error", depth="full")
def labels_in_stored_frame(dataset: Dataset, *, sure: float = SURE) -> Iterator[Finding | Measured]:
    """The boxes of a YOLO picture fit it as it is stored, and the loader turns it as its EXIF tag says.

    Which frame boxes fit is told from the pixels: by the contrast of boxes to what surrounds them and by the edges under
    their sides, in both frames, in deviations of the layouts of the square that are neither. `sure`: see `scan/frames.py`.
    All turned pictures are judged together; where that decides nothing, each for itself, by a limit that grows with the root
    of the logarithm of their number, as the largest of so many normal deviates does.

    ## Why is this bad?
    OpenCV, and with it Ultralytics and YOLOv5, turns pictures by their EXIF tag. The boxes then lie a quarter turn, half a
    turn or a mirror off their objects, and training learns that.

    ## How to fix
    Turn the labels into the frame that is shown, or write the pictures anew without the EXIF tag, so that the stored frame
    is the one that is shown.
    """
    if dataset.format != "yolo" or not len(dataset.boxes) or dataset.depth == "labels":
        return
    if not len(turned_with_boxes(dataset)):
        yield Measured("pictures with boxes that EXIF turns", 0)
        return
    if not dataset.turned:
        return
    together = frame_score(dataset)
    yield Measured("boxes fit the turned frame better, together", together, f"above -{sure:g}", "deviations")
    if together <= -sure:
        wrong = [i for i in turned_with_boxes(dataset).tolist() if dataset.turned.get(i, 0.0) < 1.0]
    else:
        least = (sure**2 + 2 * np.log(len(dataset.turned))) ** 0.5  # of many pictures one is far off by chance
        wrong = [i for i, score in dataset.turned.items() if score <= -least]

    def message(i: int) -> str:
        own = dataset.turned.get(i)
        measured = f"by {-own:.1f} deviations here" if own is not None and own < 0 else "undecided here"
        all_of = f", {-together:.1f} over {len(dataset.turned)} such pictures" if len(dataset.turned) > 1 else ""
        orientation = dataset.images.orientation[i]
        return f"EXIF orientation {orientation} turns it on loading, and its boxes fit it as it is stored ({measured}{all_of})"

    yield from picture_findings(dataset, wrong, message, evidence=lambda i: boxes_of(dataset, i))


@labels_in_stored_frame.fires_on
def one_picture_that_is_clear() -> Facts:
    pictures: list[dict[str, object]] = [{"path": "a.jpg"}, {"path": "b.jpg", "orientation": 6}]
    return {"dataset": dataset_of(pictures, [{"image": 0}, {"image": 1}], turned={1: -4.2})}


@labels_in_stored_frame.fires_on
def several_pictures_that_agree() -> Facts:
    pictures = [{"path": f"{n}.jpg", "orientation": 6} for n in range(4)]
    scores = dict(enumerate((-2.0, -1.5, -2.4, -1.0)))
    return {"dataset": dataset_of(pictures, [{"image": n} for n in range(4)], turned=scores)}


@labels_in_stored_frame.quiet_on
def boxes_in_the_turned_frame() -> Facts:
    pictures = [{"path": f"{n}.jpg", "orientation": 8} for n in range(3)]
    return {"dataset": dataset_of(pictures, [{"image": n} for n in range(3)], turned={0: 2.0, 1: 4.0, 2: -1.2})}


@labels_in_stored_frame.quiet_on
def no_picture_that_is_turned() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}])}
