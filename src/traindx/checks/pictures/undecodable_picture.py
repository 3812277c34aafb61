"""D101: a picture that is truncated, damaged or no picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import NOT_THERE, Dataset
from traindx.core.finding import Finding, Measured, Picture, Place
from traindx.core.row_findings import PICTURES
from traindx.core.small_dataset import dataset_of


@check("D101", level="error")
def undecodable_picture(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A picture is truncated, damaged or no picture at all.

    What is seen, at 200 places in the JPEGs of each of three real sets (COCO, blood cells, hands; `python bench/damage.py`): every
    cut, and with an end marker put behind it 99 to 100 %; 64 or more zeroed bytes in all baseline and 78 to 100 % of progressive
    pictures; 512 random bytes always; one turned bit in 14 to 49 %, since what follows is still legal code. A progressive
    picture cut between two of its scans is whole by the standard, and coarser. None of 6,682 sound pictures is called damaged.
    Of a PNG, any change of any chunk is seen, by its checksum.

    Headers alone (`--quick`) can show that a picture is broken, not that it is sound: without a finding, nothing is said.

    ## Why is this bad?
    Some loaders stop the training, some skip the picture, and most decode a damaged JPEG without a word and train on grey
    areas whose boxes still say that objects are there. Damage inside the compressed data is seen only by decoding strictly.

    ## How to fix
    Fetch the file again. If that is not possible, take the picture and its label out of the set.
    """
    images = dataset.images
    broken = [i for i in np.flatnonzero(images.damage != "") if not images.damage[i].startswith(NOT_THERE)]
    first = {images.path[i]: i for i in reversed(broken)}
    if first or dataset.depth == "full":
        yield Measured("damaged pictures", len(first), "0")
    for n, (path, i) in enumerate(sorted(first.items())):
        shown = (Picture(dataset.absolute(path), (), path),) if n < PICTURES and images.width[i] else ()
        yield Finding(Place(image=path), f"picture cannot be trusted: {images.damage[i]}", shown)


@undecodable_picture.fires_on
def a_picture_cut_off() -> Facts:
    damage = "cut off after 10,081 bytes: no end marker FFD9 (Premature end of JPEG file)"
    return {"dataset": dataset_of([{"path": "images/a.jpg"}, {"path": "images/b.jpg", "damage": damage}])}


@undecodable_picture.quiet_on
def sound_pictures() -> Facts:
    return {"dataset": dataset_of([{"path": "images/a.jpg"}, {"path": "images/b.png", "format": "PNG", "mode": "L"}])}


@undecodable_picture.quiet_on
def headers_that_say_nothing() -> Facts:
    return {"dataset": dataset_of([{"path": "images/a.jpg"}], depth="quick")}
