"""D110: a JPEG with bytes behind its end marker."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings, quirk
from traindx.core.small_dataset import dataset_of


@check("D110", level="note", depth="quick")
def bytes_after_end(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A JPEG has bytes behind its end marker: phones put films there, broken copies put zeros.

    ## Why is this bad?
    Decoders stop at the marker and show the whole picture. Ultralytics takes a file whose last two bytes are not FFD9 for
    damaged and writes it anew over the original, at quality 100 (data/utils.py, check_image).

    ## How to fix
    Nothing, unless the files must stay as they are: then cut the bytes off in a copy that is trained on.
    """
    if dataset.depth == "labels" or not len(dataset.images):
        return
    trailing = quirk(dataset, "trailing")
    sizes = dataset.images.file_size
    yield Measured("pictures with bytes behind their end", int((trailing > 0).sum()), "0")
    yield from picture_findings(
        dataset,
        np.flatnonzero(trailing > 0),
        lambda i: (
            f"{trailing[i]:,.0f} of {sizes[i]:,} bytes stand behind the end marker; Ultralytics will rewrite the file"
        ),
    )


@bytes_after_end.fires_on
def a_film_behind_the_picture() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "b.jpg", "quirks": "trailing=2.23e+04"}])}


@bytes_after_end.quiet_on
def pictures_that_end_where_they_end() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "b.png", "quirks": "depth=16"}])}
