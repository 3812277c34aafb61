"""D113: pictures that EXIF turns, where loaders differ or the frame of the boxes cannot be told."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.pictures.labels_in_stored_frame import SURE, boxes_of, frame_score, turned_with_boxes
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings
from traindx.core.small_dataset import dataset_of


@check("D113", level="warning", depth="quick")
def frame_depends_on_loader(dataset: Dataset, *, sure: float = SURE) -> Iterator[Finding | Measured]:
    """A picture is turned by its EXIF tag, which some loaders do and some do not, or nobody can tell which frame its boxes fit.

    OpenCV turns pictures, and with it Ultralytics, YOLOv5 and mmdetection; detectron2 does. Pillow's `Image.open` does not,
    and with it torchvision's ImageFolder, CocoDetection and VOCDetection, unless `ImageOps.exif_transpose` is called;
    torchvision's `decode_image` does not either (Pillow 13.0, OpenCV 4.14, torchvision 0.28: `python bench/loaders.py`).

    In YOLO sets this speaks where the boxes fit neither frame by `sure` deviations (see `labels-in-stored-frame`, which
    speaks where they fit the stored one). In COCO and VOC sets it says which frame they fit, by the pixels, by boxes that
    leave one frame, or by the recorded size. In class folders it says how many pictures lie on their side.

    ## Why is this bad?
    With the other kind of loader the boxes lie a turn off their objects, or some pictures are seen on their side in training
    and upright in use.

    ## How to fix
    Write the pictures anew, upright and without the tag, with the labels of the frame that is shown. Then all loaders agree.
    """
    images = dataset.images
    if dataset.depth == "labels" or not len(images):
        return
    if dataset.task == "detect":
        turned = turned_with_boxes(dataset)
        if dataset.format == "yolo":  # what is decided is right, or the business of D112
            undecided = abs(frame_score(dataset)) < sure
            turned = np.array(
                [i for i in turned.tolist() if undecided and abs(dataset.turned.get(i, 0.0)) < sure], dtype=int
            )
    else:
        turned = np.flatnonzero(images.orientation > 1)
    yield Measured("pictures whose EXIF turn matters", len(turned), "0")
    yield from picture_findings(
        dataset, turned, lambda i: _message(dataset, i, sure), evidence=lambda i: boxes_of(dataset, i)
    )


def _message(dataset: Dataset, i: int, sure: float) -> str:
    images = dataset.images
    says = f"EXIF orientation {images.orientation[i]}"
    if dataset.task != "detect":
        return f"{says}: Pillow leaves it as stored, {images.width[i]} x {images.height[i]}; OpenCV and viewers turn it"
    score, how = dataset.turned.get(i, 0.0), "by their pixels"
    if abs(score) < sure:
        score, how = frame_score(dataset), "by the pixels of all such pictures"
    recorded = (int(images.recorded_width[i]), int(images.recorded_height[i]))
    stored = (int(images.width[i]), int(images.height[i]))
    if (
        abs(score) < sure
        and images.orientation[i] > 4
        and stored[0] != stored[1]
        and recorded in (stored, stored[::-1])
    ):
        score, how = (-sure, sure)[recorded == stored[::-1]], f"by the recorded size {recorded[0]} x {recorded[1]}"
    if abs(score) < sure:
        return f"{says}, and it cannot be told whether its boxes fit the stored or the turned picture: look at both"
    if score < 0:
        return (
            f"{says}, and its boxes fit the stored picture ({how}): loaders that turn it, as OpenCV's, miss the objects"
        )
    return f"{says}, and its boxes fit the turned picture ({how}): loaders that leave it, as Pillow's, miss the objects"


@frame_depends_on_loader.fires_on
def a_yolo_picture_that_cannot_be_told() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg", "orientation": 6}], [{"image": 0}], turned={0: 0.4})}


@frame_depends_on_loader.fires_on
def a_coco_picture_recorded_as_turned() -> Facts:
    picture = {"path": "a.jpg", "orientation": 6, "recorded_width": 480, "recorded_height": 640}
    return {"dataset": dataset_of([picture], [{"image": 0}], format="coco")}


@frame_depends_on_loader.fires_on
def a_class_folder_with_a_phone_picture() -> Facts:
    return {"dataset": dataset_of([{"path": "cat/a.jpg", "orientation": 3}], format="imagefolder", task="classify")}


@frame_depends_on_loader.quiet_on
def yolo_boxes_that_fit_the_turned_frame() -> Facts:
    pictures = [{"path": f"{n}.jpg", "orientation": 6} for n in range(3)]
    return {"dataset": dataset_of(pictures, [{"image": n} for n in range(3)], turned={0: 2.0, 1: 4.0, 2: 0.0})}


@frame_depends_on_loader.quiet_on
def upright_pictures_and_a_background() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "b.jpg", "orientation": 8}], [{"image": 0}])}
