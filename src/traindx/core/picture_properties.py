"""What can differ between the pictures of two splits: one number per picture and property."""

from __future__ import annotations

import numpy as np

from traindx.core.dataset import Dataset, Floats, Ints

LOOKS = ("brightness", "contrast", "saturation", "sharpness")
SIZES = ("picture size", "picture shape")
OBJECTS = ("object size", "objects per picture")


def properties(dataset: Dataset, among: Ints | None = None) -> dict[str, Floats]:
    """By name, one value per picture, nan where unknown: looks as in `Images`, side of a square of the picture's area in
    pixels, width over height, geometric mean side of its boxes in shares of the picture, number of boxes.

    The last two are wanted for the pictures `among` all alone, if these are given.
    """
    images, boxes = dataset.images, dataset.boxes
    known = (images.width > 0) & (images.height > 0)
    width = np.where(known, images.width, np.nan).astype(float)
    height = np.where(known, images.height, np.nan).astype(float)
    found = {name: getattr(images, name) for name in LOOKS}
    found["picture size"], found["picture shape"] = np.sqrt(width * height), width / height
    if dataset.task == "detect" and len(boxes):
        n, wanted = len(images), boxes.sound
        if among is not None and len(among) < n:
            chosen = np.zeros(n, dtype=bool)
            chosen[among] = True
            wanted = wanted & chosen[boxes.image]
        sound = np.flatnonzero(wanted)
        of = boxes.image[sound]
        count = np.bincount(of, minlength=n)
        sides = np.bincount(of, np.log(boxes.w[sound] * boxes.h[sound]) / 2, minlength=n)
        found["object size"] = np.where(count > 0, np.exp(sides / np.maximum(count, 1)), np.nan)
        labelled = (images.label_state == "labelled") | (images.label_state == "background")
        found["objects per picture"] = np.where(labelled, count, np.nan).astype(float)
    return found
