"""M206: some boxes are out of reach of the network's anchors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.anchor_reach import reach_of, table_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.network import Anchors, Network
from traindx.core.network_example import detector_with
from traindx.core.small_dataset import dataset_of


@check("M206", level="note", depth="quick")
def anchors_reach_less(
    dataset: Dataset, network: Network, *, recall: float = 0.98, overlapping: float = 0.7
) -> Iterator[Finding | Measured]:
    """Fewer boxes than YOLOv5 asks for can be taken by an anchor of the network, and fitted anchors take more.

    ## Why is this bad?
    In YOLOv5 a box that no anchor takes is never learnt. In torchvision each box has its best anchor at least, but few others,
    and is learnt slowly.

    ## How to fix
    Leave autoanchor on (YOLOv5 fits anchors below 98 % by itself), or write the anchors of the finding into the model.

    `recall` is that of YOLOv5's autoanchor; for anchors that are matched by overlap `overlapping` is a guess.
    """
    found = reach_of(dataset, network)
    if found is None or network.anchors is None:
        raise NotEnough("the network has no anchors, or there are too few boxes")
    least = recall if network.anchors.rule == "factor" else overlapping
    number = Measured("boxes within reach of the network's anchors", found.reached, f"{least:g} or more")
    yield number
    if found.reached < least and found.better > found.reached + 0.01:
        text = f"the anchors reach {found.reached:.1%} of {found.boxes:,} boxes (should be {least:.0%} or more); "
        text += f"anchors fitted to the boxes reach {found.better:.1%}"
        place = network.place(network.anchors.layer, setting="anchors")
        yield Finding(place, text, (number, table_of(found, network)))


def _facts(largest: float) -> Facts:
    spread = np.geomspace(0.02, largest, 60)
    boxes = [{"image": 0, "line": n, "w": float(f), "h": float(f)} for n, f in enumerate(spread)]
    anchors = Anchors((((10.0, 10.0), (40.0, 40.0)),), "factor", 4.0, "model.24")
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes), "network": detector_with(anchors=anchors)}


@anchors_reach_less.fires_on
def large_boxes_beside_small_anchors() -> Facts:
    return _facts(0.9)


@anchors_reach_less.quiet_on
def small_boxes() -> Facts:
    return _facts(0.2)
