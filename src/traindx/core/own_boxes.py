"""Boxes of a form that only the user's code knows: read in each way that is possible, and held against their pictures.

An entry of `own_box_edges` is of one picture: for each reading the strength of edges along its boxes in three layouts (as given,
mirrored, upside down: `core.box_edges`), and along the boxes of another picture in the same three.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traindx.core.box_edges import edge_scores
from traindx.core.recording import Recording
from traindx.core.target_boxes import SHARE_AT_MOST, corners
from traindx.core.target_places import TargetPlaces

Floats = NDArray[np.float64]

FORMATS = ("xyxy", "cxcywh", "xywh")
LAYOUTS = 3

VALID = 0.9
"""Share of the boxes of a reading that must have an area and lie in the picture (a guess)."""


def scores_of(picture: Floats, own: Floats, other: Floats, size: tuple[int, int]) -> dict[str, list[float]]:
    """The six numbers of one picture [C, h, w], for each reading of rows [n, 4 to 6] in which they can be boxes of it.

    `size` is height and width of the picture as the network receives it, of which `picture` may be a part of the pixels. A reading
    is the column at which the four numbers begin and their format, such as `0 xyxy`. Rows of zeros, or below zero, are padding.
    """
    found: dict[str, list[float]] = {}
    for start in range(own.shape[1] - 3 if own.ndim == 2 else 0):
        four, others = boxes_at(own, start), boxes_at(other, start)
        if not len(four) or not len(others):
            continue
        height, width = (1.0, 1.0) if max(four.max(), others.max()) <= SHARE_AT_MOST else size
        scale = np.array([picture.shape[2] / width, picture.shape[1] / height] * 2)
        for name in FORMATS:
            read = [corners(rows, name) for rows in (four, others)]
            if all(fit(boxes, width, height) for boxes in read):
                scores = [edge_scores(picture, boxes * scale) for boxes in read]
                if scores[0] is not None and scores[1] is not None:
                    found[f"{start} {name}"] = [*scores[0], *scores[1]]
    return found


def boxes_at(rows: Floats, start: int, width: int = 4) -> Floats:
    """Four columns of the rows that are no padding; none where one of the numbers is below zero."""
    rows = rows[np.isfinite(rows).all(axis=1) & (rows > 0).any(axis=1)]
    four = rows[:, start : start + width]
    kept = four[(four >= 0).all(axis=1) & (four > 0).any(axis=1)]
    return kept if len(kept) >= VALID * len(rows) else kept[:0]


def fit(read: Floats, width: float, height: float) -> bool:
    """Whether nearly all corners [n, 4] have an area and lie in the picture, within rounding."""
    inside = (read[:, :2] > -0.01 * max(width, height)).all(axis=1)
    inside &= (read[:, 2] < 1.01 * width) & (read[:, 3] < 1.01 * height)
    return bool((inside & (read[:, 2:] > read[:, :2]).all(axis=1)).mean() >= VALID)


def own_boxes_of(recording: Recording) -> TargetPlaces | None:
    """By how much (in logarithms) pictures meet their own boxes better than another's, in each layout: in the reading that most
    pictures allow, and of several of these the one whose boxes follow the edges best. None where no such boxes were seen."""
    seen = [found for d in recording.details.values() for found in d.get("own_box_edges") or ()]
    own = [{name: six for name, six in found.items() if len(six) == 2 * LAYOUTS} for found in seen]
    names = {name for found in own for name in found}
    often = {name: np.array([found[name] for found in own if name in found]) for name in names}
    often = {name: scores for name, scores in often.items() if len(scores) >= VALID * len(own)}
    if not often:
        return None
    logs = {name: np.log(np.maximum(scores, 1e-6)) for name, scores in often.items()}
    best = max(logs.values(), key=lambda scores: float(scores[:, :LAYOUTS].max(axis=1).mean()))
    return TargetPlaces((best[:, :LAYOUTS] - best[:, LAYOUTS:])[:, None])
