"""M210: hardly a box overlaps an anchor of the network as its matcher asks."""

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


@check("M210", level="warning", depth="quick")
def anchors_overlap_hardly_any(
    dataset: Dataset, network: Network, *, recall: float = 0.1, fitted: float = 0.5
) -> Iterator[Finding | Measured]:
    """Of the boxes less than `recall` overlap an anchor by the matcher's threshold, and fitted anchors would reach most.

    ## Why is this bad?
    RetinaNet and the region proposals of Faster R-CNN learn from the anchors that overlap a box. Where none does, each box has its
    single best anchor, at an overlap from which the place of the box can hardly be told.

    ## How to fix
    Give `AnchorGenerator` the sizes of the finding, one tuple a level, in pixels of the size that the model scales pictures
    to (`min_size`, `max_size`: 800 and 1333 unless given). Or let the model scale pictures up.

    Legal, since the best anchor is always taken: therefore a warning. `recall` and `fitted` are guesses; the usual anchors reach
    70 % and more of usual sets.
    """
    found = reach_of(dataset, network)
    if found is None or network.anchors is None or network.anchors.rule != "overlap":
        raise NotEnough("the network has no anchors that are matched by overlap, or there are too few boxes")
    number = Measured("boxes that overlap an anchor by the threshold", found.reached, f"{recall:g} or more")
    yield number
    if found.reached >= recall or found.better < fitted:
        return
    middle = np.median(np.array(network.anchors.all), axis=0)
    text = f"{found.reached:.1%} of {found.boxes:,} boxes overlap an anchor by {network.anchors.threshold:g}: the middle anchor is "
    text += f"{middle[0]:.0f} x {middle[1]:.0f} px, that of boxes {found.median[0]:.0f} x {found.median[1]:.0f}; fitted ones reach "
    place = network.place(network.anchors.layer, setting="anchors")
    yield Finding(place, f"{text}{found.better:.0%}", (number, table_of(found, network)))


def _facts(scale: float) -> Facts:
    spread = np.linspace(0.6, 1.6, 60)
    boxes = [{"image": 0, "line": n, "w": 0.1 * float(f), "h": 0.1 * float(f)} for n, f in enumerate(spread)]
    levels = tuple(((scale * side, scale * side),) for side in (32.0, 64.0, 96.0, 128.0))
    anchors = Anchors(levels, "overlap", 0.5, "anchor_generator")
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes), "network": detector_with(anchors=anchors)}


@anchors_overlap_hardly_any.fires_on
def anchors_ten_times_as_large() -> Facts:
    return _facts(10.0)


@anchors_overlap_hardly_any.quiet_on
def anchors_around_the_boxes() -> Facts:
    return _facts(1.0)
