"""B134: boxes follow the edges in their pictures no better than their mirror images do."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from traindx.core.box_edges import standing
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.recording import Recording

WAYS = {1: "mirrored left to right", 2: "upside down"}


@check("B134", level="error", preview=True)
def boxes_beside_objects(
    recording: Recording, *, clear: float = 1.1, by_chance: float = 0.15, least: float = 0.3, min_pictures: int = 24
) -> Iterator[Finding | Measured]:
    """In many pictures, as the network receives them, boxes meet the edges of objects only when they are mirrored.

    ## Why is this bad?
    Pictures are flipped, moved or resized and their boxes are not: a part of the boxes, or all, lie beside their objects. The loss
    falls to what such boxes allow, and mAP stays low.

    ## How to fix
    Transform both in one call: `torchvision.transforms.v2` with `tv_tensors.BoundingBoxes`, albumentations with
    `bbox_params`.

    Compared is the strength of edges along the borders of boxes as given and mirrored; pictures where they differ by a
    tenth count. Of BCCD and coco128 with their own labels 1 and 12 % of these favour the mirror image (`python
    bench/picture_structure.py`); flips of every second picture without its boxes make it half. Boxes of other pictures fit
    as well both ways (B146). Named from 30 % on, three standard errors above 15 %.
    """
    rows = [scores for d in recording.details.values() for scores in d.get("box_edges") or ()]
    if len(rows) < min_pictures:
        raise NotEnough("too few pictures with boxes of some size were seen")
    scores = np.array(rows)
    if not standing(scores, clear)[2]:
        return  # no one flip explains those that lose: boxes of other pictures (B146)
    for way, words in WAYS.items():
        given = int((scores[:, 0] > clear * scores[:, way]).sum())
        other = int((scores[:, way] > clear * scores[:, 0]).sum())
        n = given + other
        if n < min_pictures:
            continue
        share, limit = other / n, max(least, by_chance + 3 * math.sqrt(by_chance * (1 - by_chance) / n))
        yield Measured(f"pictures whose boxes fit better {words}", share, f"under {limit:.2g}")
        if share > limit:
            step = min(s for s, d in recording.details.items() if d.get("box_edges"))
            text = f"in {other} of {n} pictures boxes follow the edges better {words} than as given: the pictures were flipped"
            yield Finding(fed_at(recording, step=step), f"{text} or moved, and their boxes were not")
            return


def _run(mirrored: int) -> Facts:
    """Of sixteen pictures so many have boxes that fit when mirrored."""
    rows = [[1.5, 2.4, 1.6] if n % 16 < mirrored else [2.4, 1.5, 1.6] for n in range(48)]
    run = recording_with(falling(), detail={})
    for step in range(12):
        run.details[step]["box_edges"] = rows[4 * step : 4 * step + 4]  # type: ignore[index]
    return {"recording": run}


@boxes_beside_objects.fires_on
def every_second_picture_flipped_alone() -> Facts:
    return _run(8)


@boxes_beside_objects.quiet_on
def boxes_of_other_pictures_fit_as_well_both_ways() -> Facts:
    run = recording_with(falling(), detail={})
    for step in range(12):
        run.details[step]["box_edges"] = [[1.5, 2.4, 1.2], [1.6, 1.2, 2.2], [1.9, 1.6, 1.5], [1.5, 1.9, 2.0]]  # type: ignore[index]
    return {"recording": run}


@boxes_beside_objects.quiet_on
def boxes_on_their_objects() -> Facts:
    return _run(0)


@boxes_beside_objects.quiet_on
def pictures_full_of_other_edges() -> Facts:
    return _run(2)
