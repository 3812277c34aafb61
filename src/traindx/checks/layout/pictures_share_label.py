"""D408: different pictures whose names lead to one label file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Picture, Place
from traindx.core.row_findings import EVERY_ROW, PICTURES
from traindx.core.small_dataset import dataset_of


@check("D408", level="error", depth="full")
def pictures_share_label(dataset: Dataset, *, same_bits: int = 10) -> Iterator[Finding | Measured]:
    """Two pictures differ by suffix alone, such as a.jpg and a.png, and so share a label file with boxes.

    Pictures whose perceptual hashes differ by up to `same_bits` of 64 bits are the same picture in two formats and are no
    fault here (10: Zauner 2010 finds other pictures at about 32).

    ## Why is this bad?
    Both are trained with the same boxes, which fit one of them at best. What was meant as the label of the other was
    overwritten.

    ## How to fix
    Rename one picture, and give it its own label.
    """
    if dataset.format != "yolo" or dataset.depth != "full":
        return
    images = dataset.images
    first: dict[str, int] = {}
    shared: list[tuple[int, int]] = []
    for i in np.flatnonzero(images.label_state == "labelled").tolist():
        j = first.setdefault(str(images.label_path[i]), i)
        if images.path[i] != images.path[j] and not _same(dataset, i, j, same_bits):
            shared.append((j, i))
    yield Measured("pictures that share another's label", len(shared), "0")
    for n, (j, i) in enumerate(shared[:EVERY_ROW]):
        path = str(images.label_path[i]).removeprefix(dataset.root.rstrip("/") + "/")
        shown = tuple(Picture(dataset.absolute(str(images.path[k])), caption=str(images.path[k])) for k in (j, i))
        text = f"{images.path[j]} and {images.path[i]} share the label {path}, should have one each"
        yield Finding(Place(path=path, image=str(images.path[i])), text, shown if n < PICTURES else ())


def _same(dataset: Dataset, i: int, j: int, bits: int) -> bool:
    images = dataset.images
    if images.content[i] == images.content[j] != 0:
        return True
    a, b = int(images.phash[i]), int(images.phash[j])
    return a != 0 != b and (a ^ b).bit_count() <= bits


@pictures_share_label.fires_on
def a_jpg_and_a_png() -> Facts:
    pictures = [{"path": "images/a.jpg", "phash": 2**40 - 1}, {"path": "images/a.png", "phash": 2**60 - 2**30}]
    return {"dataset": dataset_of(pictures, [{"image": 0}, {"image": 1}])}


@pictures_share_label.quiet_on
def one_picture_in_two_formats() -> Facts:
    pictures = [{"path": "images/a.jpg", "phash": 77}, {"path": "images/a.png", "phash": 76}]
    return {"dataset": dataset_of(pictures, [{"image": 0}, {"image": 1}])}


@pictures_share_label.quiet_on
def a_picture_in_both_splits() -> Facts:
    pictures = [{"path": "images/a.jpg"}, {"path": "images/a.jpg", "split": "val"}]
    return {"dataset": dataset_of(pictures, [{"image": 0}, {"image": 1}])}
