"""What can differ between the pictures of two splits: one number per picture and property."""

from __future__ import annotations

import numpy as np

from traindx.core.dataset import Dataset, Floats

LOOKS = ("brightness", "contrast", "saturation", "sharpness")
SIZES = ("picture size", "picture shape")
OBJECTS = ("object size", "objects per picture")


def properties(dataset: Dataset) -> dict[str, Floats]:
    """By name, one value per picture, nan where unknown: looks as in `Images`, side of a square of the picture's area in
    pixels, width over height, geometric mean side of its boxes in shares of the picture, number of boxes.
    """
    images, boxes = dataset.images, dataset.boxes
    known = (images.width > 0) & (images.height > 0)
    width = np.where(known, images.width, np.nan).astype(float)
    height = np.where(known, images.height, np.nan).astype(float)
    found = {name: getattr(images, name) for name in LOOKS}
    found["picture size"], found["picture shape"] = np.sqrt(width * height), width / height
    if dataset.task == "detect" and len(boxes):
        sound = (boxes.w > 0) & (boxes.h > 0) & np.isfinite(boxes.w) & np.isfinite(boxes.h)
        n, of = len(images), boxes.image[sound]
        count = np.bincount(of, minlength=n)
        sides = np.bincount(of, np.log(boxes.w[sound] * boxes.h[sound]) / 2, minlength=n)
        found["object size"] = np.where(count > 0, np.exp(sides / np.maximum(count, 1)), np.nan)
        labelled = (images.label_state == "labelled") | (images.label_state == "background")
        found["objects per picture"] = np.where(labelled, count, np.nan).astype(float)
    return found
