"""D109: a picture far darker, brighter or more blurred than the rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings
from traindx.core.small_dataset import dataset_of

SPREAD = 0.3
"""Least spread of the logarithm of sharpness to count in: that of COCO and CIFAR-10; uniform sets have 0.1
(`python bench/picture_bounds.py`)."""


@check("D109", level="warning", depth="full")
def picture_unlike_the_set(
    dataset: Dataset, *, extreme: float = 0.06, times: float = 3.0, spreads: float = 4.0, blank: float = 1.5 / 255
) -> Iterator[Finding | Measured]:
    """A picture is nearly black, nearly white or blurred, and the rest of the set is not.

    Dark: its mean grey is below the share `extreme` and `times` less than the set's median; bright: the same of what it
    lacks to white. Its contrast, too, is less than half of the median: a thin stroke on black is neither. Blurred: the
    logarithm of its sharpness lies `spreads` robust deviations below the median. `blank` is that of D108, the others are
    guesses. Of 1,620 pictures of COCO, blood cells, hands and CIFAR-10 none is any of these (brightness 0.10 to 0.85, sharpness
    3.4 deviations below at most). A Gaussian blur of an eightieth of the short side is seen in 0 to 21 % of them, of a fortieth
    in 82 to 100 %, but in 4 % of CIFAR-10's 32 pixels (`python bench/picture_bounds.py`).

    ## Why is this bad?
    Little can be learned from it, and its boxes may mark what nobody can see.

    ## How to fix
    Look at it. Take it out if its objects cannot be told, or keep it if such pictures will be met in use, and then add more.
    """
    images = dataset.images
    seen = np.isfinite(images.brightness) & (images.contrast >= blank)
    if seen.sum() < 3:
        return
    light, sharp = images.brightness, np.log(np.maximum(np.nan_to_num(images.sharpness), 1e-3))
    middle, usual = float(np.median(light[seen])), float(np.median(sharp[seen]))
    spread = max(SPREAD, 1.4826 * float(np.median(np.abs(sharp[seen] - usual))))
    faint = seen & (2 * images.contrast < float(np.median(images.contrast[seen])))
    dark = faint & (light < extreme) & (light * times < middle)
    bright = faint & (1 - light < extreme) & ((1 - light) * times < 1 - middle)
    below = (usual - sharp) / spread
    blurred = seen & (below > spreads)
    yield Measured("least brightness", float(light[seen].min()), f"{extreme:g} or more")
    yield Measured("most brightness", float(light[seen].max()), f"{1 - extreme:g} or less")
    yield Measured("sharpness below the median", float(below[seen].max()), f"at most {spreads:g}", "deviations")

    def message(i: int) -> str:
        if dark[i] or bright[i]:
            return f"mean grey {light[i]:.3f} of 0 to 1, nearly {'black' if dark[i] else 'white'}; the set's median is {middle:.2f}"
        return f"blurred: sharpness {np.exp(sharp[i]):.2g}, {below[i]:.1f} deviations below the set's median of {np.exp(usual):.2g}"

    yield from picture_findings(dataset, np.flatnonzero(dark | bright | blurred), message)


@picture_unlike_the_set.fires_on
def one_dark_one_bright_one_blurred() -> Facts:
    odd = [
        {"path": "dark.jpg", "brightness": 0.02, "contrast": 0.03},
        {"path": "bright.jpg", "brightness": 0.98, "contrast": 0.03},
        {"path": "blurred.jpg", "sharpness": 0.1},
    ]
    return {"dataset": dataset_of([*({"path": f"{n}.jpg"} for n in range(20)), *odd])}


@picture_unlike_the_set.quiet_on
def a_thin_stroke_on_black() -> Facts:
    pictures = [{"path": f"{n}.png", "brightness": 0.13, "contrast": 0.3} for n in range(20)]
    return {"dataset": dataset_of([*pictures, {"path": "one.png", "brightness": 0.03, "contrast": 0.16}])}


@picture_unlike_the_set.quiet_on
def a_set_of_dark_pictures() -> Facts:
    pictures = [{"path": f"{n}.jpg", "brightness": 0.02 + 0.002 * n, "sharpness": 0.5 + 0.05 * n} for n in range(20)]
    return {"dataset": dataset_of(pictures)}
