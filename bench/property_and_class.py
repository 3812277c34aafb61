"""How well one number of a picture tells its class, in a sound set: why no check fires where a property goes with the class.

`python bench/property_and_class.py FOLDER` for a folder of class folders: each picture is given the commonest class of the
16 that are nearest to it in one property; beside it, the same with the classes shuffled.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from traindx.scan import scan

PROPERTIES = ("brightness", "contrast", "saturation", "sharpness")
HALF = 8


def told(values: NDArray[np.float64], classes: NDArray[np.int64]) -> float:
    """The share of pictures whose class is the commonest among their neighbours in `values`."""
    ordered = classes[np.argsort(values, kind="stable")]
    hits = 0
    for i, own in enumerate(ordered):
        near = np.concatenate([ordered[max(0, i - HALF) : i], ordered[i + 1 : i + 1 + HALF]])
        hits += int(np.bincount(near).argmax() == own)
    return hits / len(ordered)


def main(folder: str) -> None:
    """Print a line for each property."""
    images = scan(folder).images
    sound = np.isfinite(images.brightness)
    classes = images.class_id[sound]
    shuffled = np.random.default_rng(0).permutation(classes)
    print(f"{len(classes):,} pictures, {len(np.unique(classes))} classes")
    for name in PROPERTIES:
        values = getattr(images, name)[sound]
        print(f"{name:10} tells {told(values, classes):.0%}, shuffled {told(values, shuffled):.0%}")


if __name__ == "__main__":
    main(sys.argv[1])
