"""Decides how a predictions file counts classes: as the dataset does, from 1, or by COCO's 91 category ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from traindx.core.dataset import Dataset, Ints
from traindx.core.matching import corners_of, one_to_one, overlapping, usable
from traindx.core.predictions import Predictions

GAPS = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""Ids of 1..90 that COCO's 80 categories skip (cocodataset.org, 2017)."""

COCO_91 = {category: i for i, category in enumerate(c for c in range(1, 91) if c not in GAPS)}

ENOUGH = 10
"""Boxes that must meet a label before classes are compared. A guess."""


def with_class_rule(predictions: Predictions, dataset: Dataset) -> Predictions:
    """The predictions with `class_id` by the rule under which classes agree best where boxes meet.

    Without labels to compare, ids are taken as written where all of them are class ids, else the first rule that fits.
    """
    rules = _rules(predictions.category, dataset)
    written = np.unique(predictions.category).tolist()
    legal = {rule: ids for rule, ids in rules.items() if all(ids.get(c, -1) in dataset.names for c in written)}
    chosen = legal or rules
    shares = {rule: _agreement(predictions, dataset, ids) for rule, ids in chosen.items()}
    best = max(chosen, key=lambda rule: shares[rule])
    mapped = np.array([chosen[best].get(c, -1) for c in predictions.category.tolist()], dtype=np.int64)
    return replace(predictions, class_id=mapped, class_rule=best)


def _rules(category: Ints, dataset: Dataset) -> dict[str, Mapping[int, int]]:
    written = np.unique(category).tolist()
    return {
        "class id as written": {c: c for c in written},
        "category_id - 1": {c: c - 1 for c in written},
        "COCO's 91 category ids": COCO_91,
    }


def _agreement(predictions: Predictions, dataset: Dataset, ids: Mapping[int, int]) -> float:
    """The share of boxes that meet a label and have its class; 0 where too few meet."""
    good = np.flatnonzero(usable(dataset.boxes))
    sure = np.flatnonzero(predictions.score >= np.quantile(predictions.score, 0.5)) if len(predictions) else good[:0]
    pairs = overlapping(
        dataset.boxes.image[good],
        corners_of(dataset.boxes)[good],
        predictions.image[sure],
        predictions.corners()[sure],
        0.5,
    )
    met = one_to_one(pairs, predictions.score[sure[pairs.b]])
    if len(met) < ENOUGH:
        return 0.0
    mapped = np.array([ids.get(c, -1) for c in predictions.category[sure[met.b]].tolist()])
    return float(np.mean(mapped == dataset.boxes.class_id[good[met.a]]))
