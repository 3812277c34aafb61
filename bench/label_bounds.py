"""What bounds of checks of labels are held against: the labels of real sets as they are, and harmed.

    python bench/label_bounds.py DATA [DATA ...]

DATA is a detection set whose labels are right, as far as anyone knows. Named per set: how many boxes have whole pixels as
corners and how their aspect goes with that of their pictures, as written and with the axes swapped (D224); how far the class
mixes of two random halves are apart, as they are and when one half counts from 1 (D216); whether boxes are found to fit
their pictures better when these are turned (D112); boxes that nearly coincide (D217), and small ones (D350).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.aspect_slope import Aspects
from traindx.core.box_pairs import coinciding
from traindx.core.dataset import Dataset
from traindx.core.pixel_grid import corners_whole, sized, upright
from traindx.core.training_size import sizes
from traindx.scan import scan
from traindx.scan.frames import compared, pixels_of

ORIENTATIONS = (2, 3, 6, 8)
SURE = (2.0, 3.0)
HALVES = 20


def axes(dataset: Dataset) -> Iterator[str]:
    """Whole corners and slopes, as written and swapped."""
    b = dataset.boxes
    clear = upright(dataset) & sized(dataset)
    index = np.flatnonzero(clear)
    right, turned = (corners_whole(dataset, index, turned=turned).mean() for turned in (False, True))
    yield f"- of {len(index):,} boxes {right:.1%} have whole corners as written, {turned:.1%} turned"
    swapped = replace(dataset, boxes=replace(b, x=b.y, y=b.x, w=b.h, h=b.w))
    for words, one in (("as written", dataset), ("swapped", swapped)):
        slope = Aspects(one, clear).slope()
        yield f"- aspect over the picture's, {words}: " + (
            f"{slope.value:.2f}, standard error {slope.error:.2f}" if slope else "pictures of one shape, cannot be told"
        )


def numbering(dataset: Dataset) -> Iterator[str]:
    """Squared Hellinger distances of class mixes between random halves."""
    ids, n, rng = dataset.boxes.class_id.astype(int), dataset.num_classes, np.random.default_rng(0)
    found = []
    for _ in range(HALVES):
        half = rng.permutation(len(dataset.images)) < len(dataset.images) // 2
        a, b = (np.bincount(ids[half[dataset.boxes.image] == one], minlength=n) for one in (True, False))
        a, b = a / a.sum(), b / b.sum()
        found.append((1 - np.sqrt(a * b).sum(), 1 - np.sqrt(a[:-1] * b[1:]).sum()))
    low, high = np.min(found, axis=0), np.max(found, axis=0)
    yield f"- class mixes of {HALVES} random halves: {low[0]:.2f} to {high[0]:.2f}, one shifted {low[1]:.2f} to {high[1]:.2f}"


def frames(dataset: Dataset) -> Iterator[str]:
    """How often the right and the false frame are taken for decided, if each picture were one that EXIF turns."""
    boxes, scores = dataset.boxes, []
    rows = np.stack([boxes.x, boxes.y, boxes.w, boxes.h], axis=1)
    for image in np.unique(boxes.image):
        own = rows[(boxes.image == image) & (boxes.w > 0) & (boxes.h > 0)]
        pixels = pixels_of(dataset.absolute(str(dataset.images.path[image])))
        if pixels is not None and len(own):
            scores += [compared(pixels, own, own, orientation) for orientation in ORIENTATIONS]
    score = np.array(scores)
    for sure in SURE:
        right, false = (score <= -sure).mean(), (score >= sure).sum()
        yield f"- frames, {len(score):,} comparisons, {sure:g} deviations: right {right:.0%}, false {false}"


def boxes(dataset: Dataset) -> Iterator[str]:
    """Pairs of one class that nearly coincide, and small boxes of train at two sizes of training."""
    pairs = coinciding(dataset, 0.8)
    iou = np.sort(pairs.iou[dataset.boxes.class_id[pairs.first] == dataset.boxes.class_id[pairs.second]])[::-1]
    yield f"- pairs of one class with an IoU of 0.8 or more: {len(iou)} ({', '.join(f'{v:.2f}' for v in iou[:12])})"
    for imgsz in (640, 320):
        chosen, wh = sizes(dataset, imgsz)
        yield f"- of {len(chosen):,} boxes of train under 8 px at {imgsz}: {(np.sqrt(wh.prod(axis=1)) < 8).mean():.1%}"


def main(given: list[str]) -> None:
    """Print what is found of each set."""
    for data in given:
        dataset = scan(data)
        print(f"\n## {dataset.root.rstrip('/').rpartition('/')[2]}: {len(dataset.images):,} pictures\n")
        for part in (axes, numbering, frames, boxes):
            print(*part(dataset), sep="\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
