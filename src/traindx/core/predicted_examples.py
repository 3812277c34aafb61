"""Small datasets with predictions, for the examples in check files."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from traindx.core.check import Facts
from traindx.core.predictions import boxes_predicted, classes_predicted
from traindx.core.small_dataset import dataset_of

PICTURES, EACH = 20, 3


def predicted_cells(
    *,
    unlabelled: Collection[int] = (),
    unpredicted: Collection[int] = (),
    renamed: Collection[int] = (),
    shifted: Collection[int] = (),
    invented: int = 0,
    offset: float = 0.0,
    jitter: float = 0.01,
    class_shift: int = 0,
    **more: Any,
) -> Facts:
    """60 cells in 20 pictures, each predicted nearly where it is labelled, but for those numbered.

    `unlabelled` cells have no label, `unpredicted` ones no prediction, `renamed` ones a label of the other class, `shifted`
    ones a label half its width away; `invented` predictions have no cell; `offset` moves every prediction.
    """
    rng = np.random.default_rng(0)
    images = [{"path": f"images/{i:02}.jpg"} for i in range(PICTURES)]
    boxes: list[dict[str, Any]] = []
    predicted: list[dict[str, Any]] = []
    for n in range(PICTURES * EACH):
        place = {"image": n // EACH, "x": 0.2 + 0.3 * (n % EACH), "y": 0.3, "w": 0.12, "h": 0.16}
        kind, by = n % 2, rng.normal(0, jitter, 2)
        if n not in unlabelled:
            label = {**place, "line": n % EACH + 1, "class_id": kind ^ (n in renamed)}
            boxes.append({**label, "x": place["x"] + 0.06 * (n in shifted)})
        if n not in unpredicted:
            near = {"x": place["x"] + by[0] + offset, "y": place["y"] + by[1]}
            predicted.append({**place, **near, "class_id": (kind + class_shift) % 2, "score": 0.8 + 0.1 * rng.random()})
    for n in range(invented):
        false = {"image": n % PICTURES, "x": 0.2 + 0.3 * (n // PICTURES), "y": 0.8, "w": 0.12, "h": 0.16}
        predicted.append({**false, "class_id": n % 2, "score": 0.8 + 0.1 * rng.random()})
    names = ("round", "flat")
    return {"dataset": dataset_of(images, boxes, names=names), "predictions": boxes_predicted(predicted, **more)}


def predicted_pictures(*, renamed: Collection[int] = (), sure: float = 0.9, wrong: Collection[int] = ()) -> Facts:
    """120 pictures of two classes in class folders with probabilities; `renamed` have the other label.

    The model gives the right class `sure` on average, and is mistaken about the pictures `wrong`.
    """
    rng = np.random.default_rng(0)
    truth = np.arange(120) % 2
    labels = [int(kind) ^ (n in renamed) for n, kind in enumerate(truth)]
    images = [{"path": f"train/{'cat' if c == 0 else 'dog'}/{n:03}.jpg", "class_id": c} for n, c in enumerate(labels)]
    own = np.clip(sure + (1 - sure) * rng.normal(0, 0.3, 120), 0.01, 0.9999)
    own[list(wrong)] = 1 - own[list(wrong)]
    probabilities = np.empty((120, 2))
    probabilities[np.arange(120), truth], probabilities[np.arange(120), 1 - truth] = own, 1 - own
    dataset = dataset_of(images, task="classify", format="imagefolder")
    return {"dataset": dataset, "predictions": classes_predicted(np.arange(120), probabilities)}
