"""Findings about boxes that do not fit their pictures: the first says it of all, the others show a picture each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np

from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import picture_of

SHOWN = 6


def fit_findings(
    dataset: Dataset, images: Iterable[int], text: str, numbers: tuple[Measured, ...], split: str | None = None
) -> Iterator[Finding]:
    """A finding about the whole with the text and the numbers, and one each for the first pictures of `images`, by label file."""
    yield Finding(Place(setting=split or "labels"), text, numbers)
    for n, image in enumerate(islice(images, SHOWN)):
        rows = np.flatnonzero(dataset.boxes.image == image)
        picture, label = str(dataset.images.path[image]), str(dataset.boxes.label_path[rows[0]])
        said = f"{'one' if n == 0 else 'another'} of these pictures: look at its boxes"
        shown = picture_of(dataset, int(rows[0]), rows.tolist())
        yield Finding(Place(path=label, image=picture, setting=split), said, (shown,))
