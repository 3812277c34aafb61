"""D242: the boxes of one split do not fit their pictures, and those of another do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_fit import TOO_FEW, BoxFit, fits
from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.fit_findings import fit_findings
from traindx.core.small_dataset import dataset_of


@check("D242", level="error", preview=True, depth="full")
def boxes_of_split_fit_no_picture(
    dataset: Dataset, box_fit: BoxFit | None = None, *, certain: float = 1.5, sure: float = 4.0, fewest: int = 24
) -> Iterator[Finding | Measured]:
    """Boxes of one split meet edges and contrasts no better than their mirror images do; boxes of another split do, by far.

    The other split shows that boxes of this kind can be judged. Named where boxes of a split win over neither mirror image by
    `certain` standard errors, and those of another, of as many pictures or fewer, by `sure` in three of four measures (guesses).

    ## Why is this bad?
    The labels of this split belong to other pictures. In train, the network learns where boxes usually are; in val, the score is
    near zero whatever it learns.

    ## How to fix
    Look at the pictures shown with their boxes. Most often the files of this split were sorted, renamed or numbered anew without
    their labels.
    """
    if box_fit is None:
        raise NotEnough(TOO_FEW)
    seen = {}
    for split in dataset.splits:
        fit = box_fit.of(split.name, dataset)
        errors = fit.over_mirror_images()
        if len(fit) >= fewest and not np.isnan(errors).any():
            seen[split.name] = fit, errors
    if len(seen) < 2:
        raise NotEnough(TOO_FEW)
    for name, (fit, errors) in seen.items():
        number = Measured(
            f"boxes of {name} fit better than their mirror images", float(errors.max()), f"over {certain:g}", "errors"
        )
        yield number
        good = [n for n, (o, e) in seen.items() if np.count_nonzero(e >= sure * max(1, len(o) / len(fit)) ** 0.5) >= 3]
        if good and not fit.at_home(certain) and not fit.other_reading().fits:
            text = (
                f"boxes of {len(fit)} pictures of {name} meet edges and contrasts no better than mirrored or upside down "
                f"(by {errors.max():.1f} standard errors at most), those of {good[0]} do by {seen[good[0]][1].max():.0f}"
            )
            yield from fit_findings(dataset, fit.image.tolist(), text, (number,), name)


def _set(fit: BoxFit) -> Facts:
    images = [{"path": f"{n}.jpg", "split": "train" if n < 60 else "val"} for n in range(len(fit))]
    return {"dataset": dataset_of(images, [{"image": n} for n in range(len(fit))]), "box_fit": fit}


@boxes_of_split_fit_no_picture.fires_on
def validation_pictures_renamed_alone() -> Facts:
    return _set(fits(0.3, 0.3, 0.2, 0.0, 0.0, 0.0))


@boxes_of_split_fit_no_picture.quiet_on
def boxes_on_their_objects() -> Facts:
    return _set(fits(0.3, 0.3, 0.2, 0.2, 0.2, 0.1))


@boxes_of_split_fit_no_picture.quiet_on
def objects_that_hardly_show() -> Facts:
    return _set(fits(0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
