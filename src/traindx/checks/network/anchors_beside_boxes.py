"""M205: the network's anchors are of another scale or shape than most boxes."""

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


@check("M205", level="error", depth="quick")
def anchors_beside_boxes(
    dataset: Dataset, network: Network, *, recall: float = 0.7, gained: float = 0.15
) -> Iterator[Finding | Measured]:
    """Less than `recall` of the boxes can be taken by any anchor of the network, and fitted anchors would take far more.

    ## Why is this bad?
    A box that no anchor takes is no target: it is never learnt. Anchors written for another size of the pictures, in grid cells
    in place of pixels, or for other objects reach few boxes.

    ## How to fix
    Write the anchors of the finding into the model's yaml, at the `imgsz` that is trained at; YOLOv5 replaces such anchors by
    itself unless `--noautoanchor` is given.

    A box takes an anchor that differs from it by less than a factor of four in width and height (`anchor_t` of YOLOv5), in
    torchvision one that it overlaps by the matcher's threshold. There the best anchor of a box is taken even where it overlaps
    less, so that only what YOLOv5 counts is judged here. `recall` and `gained`, by how much fitted anchors must do better, are
    guesses: YOLOv5's own default anchors reach 98 % and more of usual sets.
    """
    found = reach_of(dataset, network)
    if found is None or network.anchors is None or network.anchors.rule != "factor":
        raise NotEnough("the network has no anchors that take boxes by a factor, or there are too few boxes")
    number = Measured("best possible recall of the network's anchors", found.reached, f"{recall:g} or more")
    yield number
    if found.reached >= recall or found.better < found.reached + gained:
        return
    middle = np.median(np.array(network.anchors.all), axis=0)
    text = f"the anchors reach {found.reached:.0%} of the boxes at imgsz {network.imgsz} (should be 98 % or more): their middle is "
    text += f"{middle[0]:.0f} x {middle[1]:.0f} px, that of the boxes {found.median[0]:.0f} x {found.median[1]:.0f}; fitted ones "
    yield Finding(
        network.place(network.anchors.layer, setting="anchors"),
        f"{text}reach {found.better:.0%}",
        (number, table_of(found, network)),
    )


def _facts(scale: float, w: float = 0.1) -> Facts:
    spread = np.linspace(0.6, 1.6, 60)
    boxes = [{"image": 0, "line": n, "w": w * float(f), "h": w * float(f)} for n, f in enumerate(spread)]
    levels = tuple(tuple((scale * s * k, scale * s * k) for k in (1.0, 2.0)) for s in (10.0, 40.0, 120.0))
    anchors = Anchors(levels, "factor", 4.0, "model.24")
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes), "network": detector_with(anchors=anchors)}


@anchors_beside_boxes.fires_on
def anchors_in_grid_cells() -> Facts:
    return _facts(1 / 32)


@anchors_beside_boxes.quiet_on
def anchors_around_the_boxes() -> Facts:
    return _facts(1.0)
