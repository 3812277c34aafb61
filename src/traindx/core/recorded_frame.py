"""Boxes that were drawn in a picture of the recorded size, not of the file's."""

from __future__ import annotations

import numpy as np

from traindx.core.box_readings import Mask
from traindx.core.dataset import Dataset


def in_recorded_frame(dataset: Dataset) -> Mask:
    """Boxes that lie in their picture by the size that is recorded of it, where that is larger than the file's.

    Their place in the file's own pixels says nothing: the size is wrong, or the picture was resized.
    """
    images, image = dataset.images, dataset.boxes.image
    larger = (images.recorded_width > images.width) | (images.recorded_height > images.height)
    if not larger.any():
        return np.zeros(len(image), dtype=bool)
    _, _, x1, y1 = dataset.corners()
    inside = (x1 <= images.recorded_width[image] + 1) & (y1 <= images.recorded_height[image] + 1)
    return np.asarray(larger[image] & inside, dtype=bool)
