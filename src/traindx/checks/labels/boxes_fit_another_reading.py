"""D243: boxes fit their pictures under another reading of their numbers, and not as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.box_fit import TOO_FEW, BoxFit, fits
from traindx.core.box_layouts import READINGS
from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.fit_findings import fit_findings
from traindx.core.small_dataset import dataset_of


@check("D243", level="error", preview=True, depth="full")
def boxes_fit_another_reading(
    dataset: Dataset,
    box_fit: BoxFit | None = None,
    *,
    least: float = 0.1,
    certain: float = 3.0,
    most: float = 0.75,
    fewest: int = 24,
) -> Iterator[Finding | Measured]:
    """Boxes lie on what is seen in their pictures when all are moved, or divided by other sides, or counted from another corner.

    Half of the looked-at pictures of a split choose among 48 readings; the other half must confirm it: edges under the sides and
    contrast to the surroundings both better by `least` (a logarithm) and by `certain` standard errors, in `most` of the
    pictures. Of BCCD, coco128 and drawn sets with their own boxes no reading is better by both measures (guesses).

    ## Why is this bad?
    All boxes lie beside their objects, in the same way. A detector learns to miss by as much: the loss falls, mAP stays near
    zero at a strict overlap, and on a picture the boxes stand beside what they name.

    ## How to fix
    Look at the pictures shown with their boxes. Mend the line of the conversion script that the reading names: what x and y are
    divided by, from which corner they count, what is added to them.
    """
    if box_fit is None:
        raise NotEnough(TOO_FEW)
    looked = False
    for split in dataset.splits:
        fit = box_fit.of(split.name, dataset)
        if len(fit) < fewest:
            continue
        looked = True
        other = fit.other_reading(least, certain, most)
        number = Measured(
            f"the best other reading fits better ({split.name})", other.errors, f"under {certain:g}", "errors"
        )
        yield number
        if other.fits:
            text = (
                f"boxes of {len(other.image)} of {len(fit)} pictures of {split.name} fit what is seen better by another reading: "
                f"as written, they are {other.words}"
            )
            yield from fit_findings(dataset, other.image.tolist(), text, (number,), split.name)
    if not looked:
        raise NotEnough(TOO_FEW)


def _set(fit: BoxFit) -> Facts:
    images = [{"path": f"{n}.jpg"} for n in range(len(fit))]
    return {"dataset": dataset_of(images, [{"image": n} for n in range(len(fit))]), "box_fit": fit}


def _read(reading: str, edges: float, contrast: float) -> BoxFit:
    fit = fits(0.0, 0.0, 0.0)
    fit.read[:, READINGS.index(reading)] += np.array([edges, contrast]) + 0.3
    return replace(fit, read=fit.read + 0.1 * np.cos(np.arange(len(fit)))[:, None, None])


@boxes_fit_another_reading.fires_on
def boxes_counted_from_below() -> Facts:
    return _set(_read("counted from the lower edge", 0.5, 0.9))


@boxes_fit_another_reading.fires_on
def boxes_divided_by_the_training_size() -> Facts:
    return _set(_read("divided by 640 and not by the picture's sides", 0.2, 0.8))


@boxes_fit_another_reading.quiet_on
def boxes_on_their_objects() -> Facts:
    return _set(fits(0.3, 0.3, 0.2))


@boxes_fit_another_reading.quiet_on
def objects_with_a_bright_rim_on_one_side() -> Facts:
    return _set(_read(READINGS[-1], 0.2, -0.1))
