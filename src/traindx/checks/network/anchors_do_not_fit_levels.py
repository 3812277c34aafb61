"""M207: the anchors do not fit the levels of the head."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Anchors, Network
from traindx.core.network_example import detector_with

LEVEL = ((10.0, 13.0), (16.0, 30.0), (33.0, 23.0))
LARGE = ((116.0, 90.0), (156.0, 198.0), (373.0, 326.0))


@check("M207", level="error")
def anchors_do_not_fit_levels(network: Network) -> Iterator[Finding | Measured]:
    """The model's yaml has anchors for another number of levels than the head, or values that are no pairs.

    ## Why is this bad?
    Building the model or its loss ends with shapes that do not fit; or a level uses anchors that were written for another one.
    Anchors in falling order put the large ones on the finest level: YOLOv5 turns them around, other programs do not.

    ## How to fix
    One row of `w,h` pairs for each level that the head is given, the finest first, with as many pairs in each.
    """
    anchors = network.anchors
    if anchors is None or not (anchors.levels or anchors.problem):
        return
    levels = len(network.strides) or len(anchors.levels)
    yield Measured("levels of anchors", len(anchors.levels), f"{levels}, those of the head")
    if anchors.problem:
        yield Finding(
            network.place(anchors.layer, setting="anchors"), f"{anchors.problem} (should be one row for each)"
        )
        return
    areas = [sum(w * h for w, h in level) / len(level) for level in anchors.levels if level]
    if len(areas) > 1 and len(network.strides) == len(areas) and _turned(areas, network.strides):
        text = f"the anchors of stride {network.strides[0]:g} are larger than those of stride {network.strides[-1]:g}"
        yield Finding(network.place(anchors.layer, setting="anchors"), f"{text} (should grow with the stride)")


def _turned(areas: list[float], strides: tuple[float, ...]) -> bool:
    return (areas[-1] - areas[0]) * (strides[-1] - strides[0]) < 0


def _facts(anchors: Anchors) -> Facts:
    return {"network": detector_with(anchors=anchors, spec="yolov5s.yaml")}


@anchors_do_not_fit_levels.fires_on
def two_rows_for_three_levels() -> Facts:
    problem = "2 levels of anchors for the 3 levels of the head"
    return _facts(Anchors((LEVEL, LARGE), "factor", 4.0, "model.24", problem=problem))


@anchors_do_not_fit_levels.fires_on
def the_large_ones_on_the_finest_level() -> Facts:
    return _facts(Anchors((LARGE, LEVEL, LEVEL), "factor", 4.0, "model.24"))


@anchors_do_not_fit_levels.quiet_on
def a_row_for_each_level() -> Facts:
    return _facts(Anchors((LEVEL, LEVEL, LARGE), "factor", 4.0, "model.24"))
