"""How many boxes of a dataset the anchors of a network reach, at the size that the network gets them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.core.anchors import best_possible_recall, fitted
from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Table
from traindx.core.network import Anchors, Network
from traindx.core.training_size import sizes
from traindx.core.two_sample import sample

MOST = 20_000
SMALLEST = 2.0
"""Pixels under which a box is left out: augmentation of YOLOv5 drops it."""

FEWEST = 50


@dataclass(frozen=True)
class Reach:
    """`reached` is the share of boxes that some anchor takes, `better` that of as many `anchors` fitted to the boxes;
    `median` the middle width and height of the boxes in pixels."""

    reached: float
    better: float
    anchors: Floats
    median: tuple[float, float]
    boxes: int


def reach_of(dataset: Dataset, network: Network) -> Reach | None:
    """The reach of a network's anchors; None where it has none that can be judged, or too few boxes are there."""
    anchors = network.anchors
    if anchors is None or anchors.problem or not anchors.all or dataset.task != "detect":
        return None
    wh = _boxes(dataset, network, anchors)
    wh = wh[wh.min(axis=1) >= SMALLEST] if len(wh) else wh
    if len(wh) < FEWEST:
        return None
    wh = wh[sample(np.arange(len(wh)), MOST)]
    own, better = np.array(anchors.all), fitted(wh, len(anchors.all))
    measure = best_possible_recall if anchors.rule == "factor" else lambda b, a: overlap_recall(b, a, anchors.threshold)
    middle = np.median(wh, axis=0)
    return Reach(measure(wh, own), measure(wh, better), better, (float(middle[0]), float(middle[1])), len(wh))


def overlap_recall(boxes: Floats, anchors: Floats, threshold: float) -> float:
    """Share of boxes (n, 2) that overlap some anchor (k, 2) by at least `threshold` (IoU) where both have one centre."""
    reached = np.zeros(len(boxes), dtype=bool)
    for anchor in anchors:
        inner = np.minimum(boxes, anchor).prod(axis=1)
        reached |= inner / (boxes.prod(axis=1) + anchor.prod() - inner) >= threshold
    return float(reached.mean())


def _boxes(dataset: Dataset, network: Network, anchors: Anchors) -> Floats:
    """Width and height of train's boxes in pixels of what the network gets."""
    if not anchors.shortest:
        return sizes(dataset, network.imgsz)[1]
    chosen, wh = sizes(dataset, 1)  # in shares of the longer side
    picture = dataset.boxes.image[chosen]
    wide, high = dataset.images.width[picture], dataset.images.height[picture]
    longer, shorter = np.maximum(wide, high), np.minimum(wide, high)
    scale = np.minimum(anchors.shortest / shorter, anchors.longest / longer)
    return np.asarray(wh * (longer * scale)[:, None])


def table_of(reach: Reach, network: Network) -> Table:
    """The fitted anchors, spread over the levels of the network."""
    levels = len(network.anchors.levels) if network.anchors is not None else 1
    per = max(1, len(reach.anchors) // levels)
    strides = network.strides if len(network.strides) == levels else tuple(range(1, levels + 1))
    rows = tuple(
        (f"{strides[min(at // per, levels - 1)]:g}", round(float(w), 1), round(float(h), 1))
        for at, (w, h) in enumerate(reach.anchors)
    )
    return Table("Anchors fitted to the boxes", ("stride" if network.strides else "level", "width", "height"), rows)
