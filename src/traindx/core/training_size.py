"""Sizes of boxes as the network receives them: in pixels, once pictures are scaled to the training's size."""

from __future__ import annotations

import re

import numpy as np

from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.setup import Setup

USUAL = 640
"""`imgsz` of YOLOv5 and Ultralytics where nothing else is said."""


def training_size(setup: Setup | None) -> tuple[int, bool]:
    """The longer side of the training's pictures in pixels, and whether the settings say so."""
    settings = setup.settings if setup is not None else {}
    for name in ("imgsz", "img-size", "img", "img_size"):
        found = re.fullmatch(r"\D*(\d+)\D*", str(settings.get(name, "")))
        if found and int(found[1]) > 0:
            return int(found[1]), True
    return USUAL, False


def sizes(dataset: Dataset, imgsz: int) -> tuple[Ints, Floats]:
    """Boxes of train with a size, as indices (n,), and their width and height in pixels (n, 2) at `imgsz`.

    Pictures are scaled so that the longer side is `imgsz` (letterbox), as YOLOv5 and Ultralytics do.
    """
    boxes, images = dataset.boxes, dataset.images
    longest = np.maximum(images.width, images.height)[boxes.image]
    if not longest.any() or "train" not in dataset.split_masks:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 2))
    sound = (boxes.w > 0) & (boxes.h > 0) & (boxes.w <= 1.01) & (boxes.h <= 1.01) & (longest > 0)
    chosen = np.flatnonzero(sound & dataset.boxes_of("train"))
    picture = boxes.image[chosen]
    scale = imgsz / longest[chosen]
    wide = boxes.w[chosen] * images.width[picture] * scale
    high = boxes.h[chosen] * images.height[picture] * scale
    return chosen, np.stack([wide, high], axis=1)
