"""D240: boxes lie on what is seen in their pictures no better than their mirror images do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_fit import TOO_FEW, BoxFit, fits
from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.fit_findings import fit_findings
from traindx.core.small_dataset import dataset_of


@check("D240", level="warning", preview=True, depth="full")
def boxes_fit_no_picture(
    dataset: Dataset, box_fit: BoxFit | None = None, *, certain: float = 1.5, fewest: int = 40
) -> Iterator[Finding | Measured]:
    """Boxes meet edges, and differ from what surrounds them, no more than the same boxes mirrored or upside down.

    Looked at are up to 60 pictures of each split and their boxes of 4 to 90 % of a side. Named where boxes win over neither mirror
    image by `certain` standard errors, neither by edges nor by contrast; or by less than twice that, and not over the boxes of
    other pictures. With their own labels blood cells (BCCD) win by 11 to
    22 and coco128 by 3 to 9; with the labels of the next picture, or boxes moved by a tenth of the picture, by less than 1.
    Where it is so in one split alone it is D242, and where one other layout or reading fits it is D241 or D243.

    ## Why is this bad?
    The labels belong to other pictures, or all boxes lie beside their objects. A detector learns where boxes usually are, so that
    its loss falls; mAP stays near zero.

    ## How to fix
    Look at the pictures shown with their boxes. Most often two lists of files were sorted differently, names are off by one, or
    pictures were cropped and their boxes were not. Objects that hardly differ from their background give the same sign.
    """
    if box_fit is None:
        raise NotEnough(TOO_FEW)
    seen = box_fit.over_mirror_images()
    if len(box_fit) < fewest or np.isnan(seen).any():
        raise NotEnough(TOO_FEW)
    number = Measured("boxes fit better than their mirror images", float(seen.max()), f"over {certain:g}", "errors")
    yield number
    if not box_fit.at_home(certain) and not box_fit.other_reading().fits:
        text = (
            f"boxes of {len(box_fit)} pictures meet edges and contrasts no better than mirrored or upside down: by "
            f"{seen.max():.1f} standard errors at most, where boxes that belong to their pictures do by 3 or more"
        )
        yield from fit_findings(dataset, box_fit.image.tolist(), text, (number,))


def _set(*gains: float) -> Facts:
    fit = fits(*gains)
    images = [{"path": f"{n}.jpg"} for n in range(len(fit))]
    return {"dataset": dataset_of(images, [{"image": n} for n in range(len(fit))]), "box_fit": fit}


@boxes_fit_no_picture.fires_on
def labels_of_the_next_picture() -> Facts:
    return _set(0.0, 0.0, 0.0)


@boxes_fit_no_picture.quiet_on
def boxes_on_their_objects() -> Facts:
    return _set(0.3, 0.3, 0.2)


@boxes_fit_no_picture.quiet_on
def pictures_that_are_alike_on_both_sides() -> Facts:
    return _set(0.0, 0.3, 0.0)
