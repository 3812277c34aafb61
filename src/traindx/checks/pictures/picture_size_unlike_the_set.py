"""D107: a picture many times larger, smaller or longer than the rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings
from traindx.core.small_dataset import dataset_of

TOO_SMALL = 10
"""Pictures with a shorter side are the business of D103."""


@check("D107", level="warning", depth="quick")
def picture_size_unlike_the_set(
    dataset: Dataset, *, factor: float = 5.0, aspect: float = 5.0, most: float = 0.05, thumbnail: int = 32
) -> Iterator[Finding | Measured]:
    """A picture is many times larger or smaller than most, or a long strip.

    Size is the square root of the area, against the median of the set: `factor` times more or less. On 256 COCO pictures it
    lies between 0.5 and 1.2 times the median. `aspect` is the long over the short side, and so many times the median
    aspect (COCO: 2.9 at most; `python bench/picture_bounds.py`). Above the share `most` the set simply has several sizes; of
    pictures with a side below `thumbnail` pixels in a detection set, where nothing can be found, four times that. All are guesses.

    ## Why is this bad?
    Resized to the training size, objects of a huge picture or of a strip shrink to a few pixels or are stretched, and a tiny
    picture is blown up. Huge pictures also slow the loader down and fill its cache.

    ## How to fix
    Look at them: a screenshot, a scan of a page or an icon does not belong in the set. Cut large pictures into tiles.
    """
    images = dataset.images
    known = np.minimum(images.width, images.height) >= TOO_SMALL
    if known.sum() < 3:
        return
    width, height = np.maximum(images.width, 1), np.maximum(images.height, 1)
    side, long = np.sqrt(width * height.astype(float)), np.maximum(width, height) / np.minimum(width, height)
    usual, usual_long = float(np.median(side[known])), float(np.median(long[known]))
    of_usual = side / usual
    strips = _rare(known & (long > aspect) & (long > aspect * usual_long), most * known.sum())
    sizes = _rare(known & ((of_usual > factor) | (of_usual < 1 / factor)), most * known.sum())
    tiny = known & (np.minimum(width, height) < thumbnail) & (of_usual < 1 / factor) & (dataset.task == "detect")
    sizes |= _rare(tiny, 4 * most * known.sum())
    yield Measured("largest size of a picture over the median", float(of_usual[known].max()), f"at most {factor:g}")
    yield Measured(
        "longest aspect of a picture", float(long[known].max()), f"at most {aspect:g} or {aspect:g} times the median"
    )

    def message(i: int) -> str:
        size = f"{images.width[i]} x {images.height[i]} px"
        if strips[i]:
            return f"{size}: a strip of {long[i]:.3g} to 1, where half of the set is at most {usual_long:.3g} to 1"
        ratio = of_usual[i] if of_usual[i] > 1 else 1 / of_usual[i]
        return f"{size}: {ratio:.3g} times {'larger' if of_usual[i] > 1 else 'smaller'} than the median side of {usual:.0f} px"

    yield from picture_findings(dataset, np.flatnonzero(strips | sizes), message)


def _rare(odd: NDArray[np.bool_], most: float) -> NDArray[np.bool_]:
    """What is odd, if that is one picture or no more than `most`; else nothing."""
    return odd if odd.sum() <= max(1, most) else np.zeros_like(odd)


@picture_size_unlike_the_set.fires_on
def a_phone_photograph_among_crops() -> Facts:
    crops = [{"path": f"{n}.jpg", "width": 100, "height": 100} for n in range(30)]
    return {"dataset": dataset_of([*crops, {"path": "phone.jpg", "width": 3024, "height": 3024}])}


@picture_size_unlike_the_set.fires_on
def a_strip() -> Facts:
    return {
        "dataset": dataset_of(
            [*({"path": f"{n}.jpg"} for n in range(30)), {"path": "s.jpg", "width": 2000, "height": 20}]
        )
    }


@picture_size_unlike_the_set.quiet_on
def sizes_of_photographs() -> Facts:
    sizes = [(640, 480), (480, 640), (640, 220), (333, 500), (1280, 960)] * 4
    return {"dataset": dataset_of([{"path": f"{n}.jpg", "width": w, "height": h} for n, (w, h) in enumerate(sizes)])}


@picture_size_unlike_the_set.quiet_on
def a_set_of_two_cameras() -> Facts:
    sizes = [(640, 480)] * 20 + [(4000, 3000)] * 10
    return {"dataset": dataset_of([{"path": f"{n}.jpg", "width": w, "height": h} for n, (w, h) in enumerate(sizes)])}
