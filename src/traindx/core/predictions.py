"""What a model predicts for the pictures of a dataset, as a fact: boxes with scores, or probabilities of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from traindx.core.dataset import Dataset, Floats, Ints


@dataclass(frozen=True)
class Predictions:
    """Predictions as columns of equal length, of pictures that the dataset has.

    `image` indexes the dataset's pictures. In detection `x`, `y`, `w`, `h` are centre and size as shares of the picture and
    `class_id` the dataset's class id, by `class_rule`; `category` is the id as the file writes it. In classification there
    is one entry per picture, `probabilities` is (n, classes), and `class_id` its best class. `unknown` are ids in the file
    that lead to no picture of the dataset and `num_ids` how many different ids it holds.
    `box_rule` says how boxes were read.
    """

    source: str
    image: Ints
    class_id: Ints
    score: Floats
    x: Floats
    y: Floats
    w: Floats
    h: Floats
    category: Ints
    probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    unknown: tuple[str, ...] = ()
    num_ids: int = 0
    class_rule: str = "class id as written"
    box_rule: str = ""

    def __len__(self) -> int:
        return len(self.image)

    def corners(self) -> Floats:
        """x0, y0, x1, y1 as shares of the picture, (n, 4)."""
        return np.stack([self.x - self.w / 2, self.y - self.h / 2, self.x + self.w / 2, self.y + self.h / 2], axis=1)


def boxes_predicted(rows: Sequence[Mapping[str, Any]], **more: Any) -> Predictions:
    """Predicted boxes from dicts, for examples; what a dict leaves out is that of `dataset_of`'s boxes, with score 0.9."""
    image, class_id = (np.array([row.get(k, 0) for row in rows], dtype=np.int64) for k in ("image", "class_id"))
    default = (("score", 0.9), ("x", 0.5), ("y", 0.5), ("w", 0.2), ("h", 0.2))
    score, x, y, w, h = (np.array([row.get(name, value) for row in rows], dtype=float) for name, value in default)
    more = {"num_ids": len(set(image.tolist())), **more}
    return Predictions("predictions.json", image, class_id, score, x, y, w, h, class_id, **more)


def classes_predicted(
    image: Ints, probabilities: Floats, source: str = "probabilities.csv", **more: Any
) -> Predictions:
    """Predictions of one class per picture from probabilities (n, classes) of the pictures `image`."""
    best = probabilities.argmax(axis=1).astype(np.int64) if len(probabilities) else np.zeros(0, np.int64)
    score = probabilities.max(axis=1) if len(probabilities) else np.zeros(0)
    middle, whole = np.full(len(best), 0.5), np.ones(len(best))
    more = {"num_ids": len(best), **more}
    return Predictions(
        source, image, best, score, middle, middle, whole, whole, category=best, probabilities=probabilities, **more
    )


def labels_of(dataset: Dataset, predictions: Predictions) -> Ints:
    """The class that the dataset gives each predicted picture, -1 where it gives none (classification)."""
    return np.asarray(dataset.images.class_id[predictions.image], dtype=np.int64)
