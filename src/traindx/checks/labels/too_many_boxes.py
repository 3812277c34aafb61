"""D219: a picture with far more boxes than the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import MOST, picture_of, place_of
from traindx.core.small_dataset import dataset_of


@check("D219", level="note")
def too_many_boxes(dataset: Dataset, *, most: int = 300, times: float = 10.0) -> Iterator[Finding | Measured]:
    """A picture has far more boxes than the pictures of its set have.

    `most`: what Ultralytics' validation predicts per picture at most (`max_det`); `times` the 95th percentile of the set's
    own labelled pictures, so that sets of crowds are quiet (a guess).

    ## Why is this bad?
    Most often the labels of many pictures were written into one file, or a tool's raw proposals were saved as labels. What
    is beyond 300 objects is missed by definition, and memory is sized by the fullest picture.

    ## How to fix
    Look at the picture. If its boxes are those of other pictures or of a proposal step, export it again.
    """
    if not len(dataset.boxes):
        return
    counts = np.bincount(dataset.boxes.image, minlength=len(dataset.images))
    usual = float(np.percentile(counts[counts > 0], 95))
    wrong = np.flatnonzero((counts > most) & (counts > times * usual))
    yield Measured("most boxes of a picture", int(counts.max()), f"at most {most}, or {times:g} times the usual")
    yield Measured("boxes of 95 % of the pictures", usual, "")
    first = np.searchsorted(dataset.boxes.image, wrong) if (np.diff(dataset.boxes.image) >= 0).all() else None
    for n, image in enumerate(wrong[:MOST].tolist()):
        i = int(first[n]) if first is not None else int(np.flatnonzero(dataset.boxes.image == image)[0])
        text = f"{counts[image]:,} boxes in one picture, 95 % of the pictures have at most {usual:g}"
        yield Finding(place_of(dataset, i), text, (picture_of(dataset, i, ()),) if n < 5 else ())


@too_many_boxes.fires_on
def a_picture_of_a_thousand_boxes() -> Facts:
    pictures = [{"path": f"{n}.jpg"} for n in range(30)]
    boxes = [{"image": n} for n in range(30)] + [{"image": 0, "line": n, "x": n / 2000} for n in range(2, 1001)]
    return {"dataset": dataset_of(pictures, boxes)}


@too_many_boxes.quiet_on
def crowds_in_every_picture() -> Facts:
    boxes = [{"image": n % 3, "line": n // 3 + 1, "x": n / 2000} for n in range(1200)]
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(3)], boxes)}
