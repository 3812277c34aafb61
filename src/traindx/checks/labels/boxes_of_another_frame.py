"""D241: boxes fit their pictures only when they are mirrored, or taken as shares of a padded square."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traindx.core.box_fit import MIRRORED, PADDED, TOO_FEW, TURNED, BoxFit, fits
from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.fit_findings import fit_findings
from traindx.core.small_dataset import dataset_of

WAYS = {MIRRORED: "mirrored left to right", TURNED: "upside down"}


@check("D241", level="error", preview=True, depth="full")
def boxes_of_another_frame(
    dataset: Dataset,
    box_fit: BoxFit | None = None,
    *,
    by_chance: float = 0.15,
    least: float = 0.3,
    certain: float = 3.0,
    fewest: int = 24,
) -> Iterator[Finding | Measured]:
    """Boxes fit what is seen in their pictures when they are mirrored, or read as shares of a padded square, not as written.

    Pictures count that fit one of two layouts better by a tenth, by edges and by contrast. A flip is named where `least` of them
    fit the mirror image, three standard errors above `by_chance`, while boxes win over the other mirror image by `certain` standard
    errors (boxes of other pictures, D240, do not). Of BCCD and coco128 with their own labels 0 to 8 % fit the mirror image.
    Padding is named where the square fits by `certain` standard errors, and at least four in five pictures. Guesses.

    ## Why is this bad?
    Pictures were flipped, or boxes were computed on pictures that were padded for a network, and the other was left as it was.
    A part of the boxes, or all, lie beside their objects. The loss falls to what such boxes allow, and mAP stays low.

    ## How to fix
    Write pictures and boxes by one call of the augmentation. Of boxes from a padded square, subtract the padding and divide by
    the picture's own sides: `x = (x * side - (side - width) / 2) / width`, with `side = max(width, height)`.
    """
    if box_fit is None:
        raise NotEnough(TOO_FEW)
    looked = False
    for split in dataset.splits:
        fit = box_fit.of(split.name, dataset)
        for said in (*_flips(fit, by_chance, least, certain, fewest), *_padding(fit, certain, fewest // 3)):
            looked = True
            number = Measured(f"{said.measured} ({split.name})", said.value, said.expected)
            yield number
            if said.wrong:
                yield from fit_findings(dataset, said.pictures, f"of {split.name}, {said.wrong}", (number,), split.name)
    if not looked:
        raise NotEnough(TOO_FEW)


@dataclass(frozen=True)
class _Said:
    """A number, what it should be, and the pictures and words where it is wrong."""

    measured: str
    value: float
    expected: str
    wrong: str
    pictures: list[int]


def _flips(fit: BoxFit, by_chance: float, least: float, certain: float, fewest: int) -> Iterator[_Said]:
    for way, words in WAYS.items():
        other, own = fit.favour(way)
        n = len(other) + len(own)
        if n < fewest:
            continue
        share, limit = len(other) / n, max(least, by_chance + 3 * math.sqrt(by_chance * (1 - by_chance) / n))
        sure = min(fit.certainty(TURNED if way == MIRRORED else MIRRORED)) > certain
        text = f"boxes of {len(other)} of {n} pictures fit better {words} than as written: pictures were flipped alone"
        wrong = text if share > limit and sure and not fit.other_reading().fits else ""  # all of them: D243
        yield _Said(f"pictures whose boxes fit better {words}", share, f"under {limit:.2g}", wrong, other.tolist())


def _padding(fit: BoxFit, certain: float, fewest: int) -> Iterator[_Said]:
    errors, (other, own) = np.array(fit.certainty(PADDED)), fit.favour(PADDED)
    if np.isnan(errors).any():
        return
    text = f"boxes of {len(other)} of {len(other) + len(own)} pictures fit as shares of the square that the picture was padded"
    padded = errors.max() < -certain / 2 and errors.min() < -certain and len(other) >= max(fewest, 4 * len(own))
    wrong = f"{text} to, not of the picture: subtract the padding" if padded else ""
    yield _Said(
        "standard errors by which boxes fit better than in a padded square", errors.max(), "", wrong, other.tolist()
    )


def _set(fit: BoxFit) -> Facts:
    images = [{"path": f"{n}.jpg"} for n in range(len(fit))]
    return {"dataset": dataset_of(images, [{"image": n} for n in range(len(fit))]), "box_fit": fit}


@boxes_of_another_frame.fires_on
def half_of_the_pictures_flipped_alone() -> Facts:
    return _set(fits(0.5, 0.5, 0.4, -0.5, 0.5, 0.4))


@boxes_of_another_frame.fires_on
def boxes_of_padded_pictures() -> Facts:
    return _set(fits(0.1, 0.1, -0.6))


@boxes_of_another_frame.quiet_on
def boxes_on_their_objects() -> Facts:
    return _set(fits(0.5, 0.5, 0.4))


@boxes_of_another_frame.quiet_on
def boxes_of_other_pictures() -> Facts:
    return _set(fits(0.0, 0.0, 0.0))
