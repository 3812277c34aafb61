"""D501: boxes far larger, smaller, longer or wider than all others of their class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Finding, Measured
from traindx.core.prediction_findings import name_of
from traindx.core.row_findings import row_findings
from traindx.core.small_dataset import dataset_of
from traindx.core.tails import surprise

MEASURES = 2


@check("D501", level="note")
def box_of_unusual_size(dataset: Dataset, *, expected: float = 0.001, enough: int = 60) -> Iterator[Finding | Measured]:
    """A box is far larger or smaller, or of another shape, than all others of its class.

    For each class the tails of the logarithms of area and aspect are taken as exponential (sizes with a power law) with the
    scale that the outermost tenth of the class itself shows, so that classes of widely varying sizes are not reported.
    Reported where fewer than `expected` boxes of the whole set would lie as far out. Needs `enough` boxes of a class (a guess).

    ## Why is this bad?
    It need not be: the object may be that near. But a slip of the mouse, two objects in one box, a wrong class and a crop of
    the picture's frame look like this.

    ## How to fix
    Look at the boxes; correct those that are slips.
    """
    boxes = dataset.boxes
    sound = (own[boxes.sound[own]] for class_id, own in boxes.by_class if class_id.is_integer())
    classes = [own for own in sound if len(own) >= enough]
    if not classes:
        return
    odd: dict[
        int, tuple[float, str, float]
    ] = {}  # by box: what is least to be expected of it, and by which factor it is off
    for name, column in _measures(dataset).items():
        for own in classes:
            values = column[own]
            far, expected_there = surprise(values)
            chances = expected_there * len(classes) * MEASURES
            out = far[chances < expected]
            factors = np.exp(values[out] - np.median(values)) if len(out) else values[out]
            rows = zip(own[out].tolist(), chances[chances < expected].tolist(), factors.tolist(), strict=True)
            for i, chance, factor in rows:
                seen = (chance, name, factor)
                odd[i] = min(odd.get(i, seen), seen, key=lambda one: one[0])
    yield Measured("boxes unlike all others of their class", len(odd), "0")

    def message(i: int) -> str:
        _, name, factor = odd[i]
        kind = name_of(dataset, boxes.class_id[i])
        if name == "area":
            times = f"{factor:.3g} times" if factor >= 1 else f"1/{1 / factor:.3g} of"
            return f"a box of {times} the median area of {kind}"
        return f"a box {factor:.3g} times as wide for its height as the median {kind}"

    yield from row_findings(dataset, sorted(odd, key=lambda i: (odd[i][0], i)), message)


def _measures(dataset: Dataset) -> dict[str, Floats]:
    """Logarithms of area and shape of every box; the shape in pixels, where the picture's size is known."""
    boxes, width, height = dataset.boxes, dataset.images.width, dataset.images.height
    with np.errstate(divide="ignore", invalid="ignore"):
        w, h = np.log(boxes.w), np.log(boxes.h)
        shape = w - h
        if width.any():
            shape += np.log(np.where(width > 0, width / np.maximum(height, 1), 1.0))[boxes.image]
        return {"area": w + h, "shape": shape}


def _cells(sizes: Floats) -> Facts:
    boxes = [{"image": 0, "line": n + 1, "w": float(s), "h": float(s)} for n, s in enumerate(sizes)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@box_of_unusual_size.fires_on
def one_box_around_everything() -> Facts:
    sizes = np.exp(np.random.default_rng(0).normal(np.log(0.05), 0.15, 200))
    return _cells(np.append(sizes, 0.9))


@box_of_unusual_size.quiet_on
def sizes_that_vary_widely() -> Facts:
    return _cells(np.clip(np.random.default_rng(0).pareto(1.5, 300) * 0.01 + 0.005, 0, 1))


@box_of_unusual_size.quiet_on
def sizes_that_are_all_alike() -> Facts:
    return _cells(np.full(200, 0.1))
