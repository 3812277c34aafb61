"""D104: a picture of more than eight bits that the usual loader of such a set turns white or black."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings, quirk
from traindx.core.small_dataset import dataset_of

DEEP = ("I", "I;16", "I;16B", "I;16L", "F")


@check("D104", level="error", depth="full")
def misread_picture(dataset: Dataset, *, most: float = 0.5, dark: int = 4096) -> Iterator[Finding | Measured]:
    """A picture of 16 bits among pictures of 8 bits is white or black after loading.

    What loaders make of one grey channel of 16 bits (Pillow 13.0, OpenCV 4.14: `python bench/loaders.py`):
    Pillow's `convert("RGB")` cuts every value above 255 to 255, so that the picture is white; it is the loader of class
    folders and of torchvision's COCO and VOC sets. OpenCV, which loads YOLO sets, divides by 256: values of 12 bits in
    16 (up to 4095) are black, and floating point is not read at all. `dark` is the value below which OpenCV leaves
    15 of 255 levels or fewer. `most`: where more than this share of the set is like that, its owner knows it and has
    a loader for it (a guess).

    ## Why is this bad?
    The picture holds nothing any more, and its labels still say what is in it.

    ## How to fix
    Write the picture with 8 bits, scaled by the range that its values really have.
    """
    images = dataset.images
    if dataset.depth == "labels" or not len(images):
        return
    top = quirk(dataset, "top")
    by_opencv = dataset.format == "yolo"
    deep = np.isin(images.mode, DEEP) & (top > 255)
    wrong = deep & ((top < dark) | (images.mode == "F") if by_opencv else top > 255)
    yield Measured("pictures of more than 8 bits that loading turns white or black", int(wrong.sum()), "0")
    if deep.mean() > most:
        return
    if by_opencv:
        effect = "OpenCV, which loads YOLO sets, divides by 256 and leaves it black"
    else:
        effect = "Pillow's convert('RGB') cuts values above 255 and leaves it white"
    yield from picture_findings(
        dataset, np.flatnonzero(wrong), lambda i: f"mode {images.mode[i]}, values up to {top[i]:,.0f}: {effect}"
    )


@misread_picture.fires_on
def sixteen_bits_read_by_pillow() -> Facts:
    pictures = [{"path": f"{n}.jpg"} for n in range(5)]
    deep = {"path": "deep.png", "mode": "I;16", "format": "PNG", "quirks": "depth=16 top=6.1e+04"}
    return {"dataset": dataset_of([*pictures, deep], format="coco")}


@misread_picture.fires_on
def twelve_bits_in_sixteen_read_by_opencv() -> Facts:
    pictures = [{"path": f"{n}.jpg"} for n in range(5)]
    return {"dataset": dataset_of([*pictures, {"path": "deep.png", "mode": "I;16", "quirks": "depth=16 top=4080"}])}


@misread_picture.quiet_on
def sixteen_bits_of_full_range_read_by_opencv() -> Facts:
    pictures = [{"path": f"{n}.jpg"} for n in range(5)]
    return {"dataset": dataset_of([*pictures, {"path": "deep.png", "mode": "I;16", "quirks": "depth=16 top=65000"}])}


@misread_picture.quiet_on
def a_set_of_sixteen_bits_throughout() -> Facts:
    deep = [{"path": f"{n}.png", "mode": "I;16", "quirks": "depth=16 top=60000"} for n in range(6)]
    return {"dataset": dataset_of(deep, format="coco")}
