"""A set whose splits differ in light, for the examples of the checks of shift."""

from __future__ import annotations

import numpy as np

from traindx.core.dataset import Dataset
from traindx.core.small_dataset import dataset_of


def lit(val: float) -> Dataset:
    """120 pictures of different light, every third of val; val's light is multiplied."""
    rng = np.random.default_rng(0)
    images = [
        {
            "path": f"{n}.jpg",
            "split": "val" if n % 3 == 0 else "train",
            "brightness": light * (val if n % 3 == 0 else 1),
        }
        for n, light in enumerate(rng.uniform(0.4, 0.8, 120))
    ]
    return dataset_of(images)
