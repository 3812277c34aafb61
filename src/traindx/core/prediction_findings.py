"""Findings about labels that predictions dispute: the most doubtful first, bounded, with both boxes drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from traindx.core.check import NotEnough
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.finding import Box, Picture, Place
from traindx.core.predictions import Predictions
from traindx.core.row_findings import picture_of

MOST = 300
"""Findings of one check. A guess at what a person looks through."""

FEWEST = 20
"""Predictions below which no label is judged: the standard error of how often they are right is then above 0.11."""

PICTURES = 12
"""Of these, so many with a picture."""


def require_enough(count: int, what: str = "predicted boxes of pictures") -> None:
    """Raises `NotEnough` where so many predictions are too few to tell what their scores are worth."""
    if count < FEWEST:
        said = f"{count} {what} of the dataset are too few to judge labels by"
        raise NotEnough(f"{said}: {FEWEST} or more are needed to know how often a score is right")


def worst(doubts: Floats, least: float) -> Ints:
    """Indices of doubts of at least `least`, the strongest first (nan counts as none)."""
    known = np.nan_to_num(doubts)
    order = np.argsort(-known, kind="stable")
    return order[: int((known >= least).sum())]


def more(rank: int, total: int) -> str:
    """What the last finding says of those that are left out."""
    return f" (and {total - MOST:,} more)" if rank == MOST - 1 and total > MOST else ""


def name_of(dataset: Dataset, class_id: float) -> str:
    """The name of a class, or its id."""
    return dataset.names.get(int(class_id), f"{class_id:g}")


def place_of_picture(dataset: Dataset, image: int) -> Place:
    """The label file of a picture, relative to the root where it lies below it; in classification the picture itself."""
    if dataset.task == "classify":
        return Place(path=str(dataset.images.path[image]), image=str(dataset.images.path[image]))
    written = Path(str(dataset.images.label_path[image]))
    root = Path(dataset.root)
    path = written.relative_to(root) if written.is_relative_to(root) else written
    return Place(path=path.as_posix(), image=str(dataset.images.path[image]))


def picture_with(dataset: Dataset, predictions: Predictions, image: int, box: int, predicted: int) -> Picture:
    """The picture with its labels, the box in doubt marked, and the prediction that disputes it (-1: none)."""
    first = box if box >= 0 else next(iter(np.flatnonzero(dataset.boxes.image == image).tolist()), -1)
    path = str(dataset.images.path[image])
    shown = Picture(dataset.absolute(path), (), path)
    if first >= 0:
        shown = picture_of(dataset, first, [box] if box >= 0 else [])
    if predicted < 0:
        return shown
    sides = np.array([dataset.images.width[image] or 1, dataset.images.height[image] or 1] * 2, dtype=float)
    x0, y0, x1, y1 = (predictions.corners()[predicted] * sides).tolist()
    label = f"predicted: {name_of(dataset, predictions.class_id[predicted])} {predictions.score[predicted]:.2f}"
    return replace(shown, boxes=(*shown.boxes, Box(x0, y0, x1, y1, label, box < 0)))
