"""M225: many objects are given to no anchor, or each only to those that it overlaps least badly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.received import received
from traindx.core.recording import Recording

OWNERS = {"anchors": "the network's anchors", "rpn": "the anchors of the proposal network"}


@check("M225", level="error")
def objects_without_anchor(
    recording: Recording, *, most: float = 0.3, fewest: float = 1.15, poor: float = 0.1, min_objects: int = 40
) -> Iterator[Finding | Measured]:
    """As torchvision's detectors assign them, objects have no anchor, no second one, or only such as overlap them hardly at all.

    ## Why is this bad?
    torchvision gives each object its best anchor, however bad, and all that fit it as badly. Anchors far too large have several
    objects to choose from and keep one; with anchors far too small each object has that one anchor and no other. The others are
    trained as background.

    ## How to fix
    `AnchorGenerator(sizes=...)` with sizes around those of the objects, in pixels of the picture as the network receives
    it; look at `min_size` and `max_size`, too. RetinaNet, SSD and Faster R-CNN that learn leave out none in the median
    step; a second anchor is judged where half an overlap is enough (RetinaNet, SSD), where they give 4 to 15 to each
    object, and 1.3 in Faster R-CNN. The best of usual anchors overlaps an object by 0.5 and more, and by 0.2 where it is
    twice as wide and high.

    `most` (of the objects), `fewest` and `poor` are guesses.
    """
    seen = [(r.step, name, a) for r in received(recording) for name, a in r.positives.items() if name in OWNERS]
    kinds = {name for _, name, _ in seen}
    if sum(a.targets for _, _, a in seen) < min_objects:
        raise NotEnough("no assignment of anchors was seen, or too few objects")
    for name in sorted(kinds):
        steps = [(step, a) for step, key, a in seen if key == name and a.targets]
        lost = float(np.median([a.unmatched / a.targets for _, a in steps]))
        each = float(np.median([a.positives / a.targets for _, a in steps]))
        yield Measured(f"objects without any of {OWNERS[name]}", lost, f"under {most:g}")
        yield Measured(f"{OWNERS[name]} to an object", each)
        best = float(np.median([a.best for _, a in steps if a.best is not None] or [np.nan]))
        if np.isfinite(best):
            yield Measured(f"overlap of an object with the best of {OWNERS[name]}", best, f"over {poor:g}")
        place = Place(step=steps[0][0], setting="anchor_generator")
        if lost > most:
            text = f"{lost:.0%} of the objects are given to none of {OWNERS[name]} (usually none is left out): they are of other"
            yield Finding(place, f"{text} sizes or shapes than the objects, or the boxes are not those of the pictures")
        elif best < poor:
            text = f"the best of {OWNERS[name]} overlaps an object by {best:.2g} on average (usually over 0.5): they are of"
            yield Finding(place, f"{text} other sizes or shapes than the objects")
        elif name == "anchors" and each < fewest and not _without_sizes(recording):
            text = f"{each:.2g} of {OWNERS[name]} are given to an object (usually 4 to 15): none overlaps it by half, they are of"
            yield Finding(place, f"{text} other sizes or shapes than the objects")


def _without_sizes(recording: Recording) -> bool:
    """Whether anchors are points (FCOS), whose number for each object says nothing of their size."""
    return any(layer.name.endswith("bbox_ctrness") for layer in recording.layers)


def _run(unmatched: int, positives: int, key: str = "anchors", best: float = 0.6) -> Facts:
    found: dict[str, Any] = {"positives": positives, "targets": 20, "unmatched": unmatched, "candidates": 5000}
    found["best"] = best
    return {"recording": recording_with(falling(), detail={"positives": {key: found}})}


@objects_without_anchor.fires_on
def anchors_larger_than_the_picture() -> Facts:
    return _run(13, 900)


@objects_without_anchor.fires_on
def anchors_far_too_small() -> Facts:
    return _run(0, 20)


@objects_without_anchor.fires_on
def anchors_that_hold_the_whole_object_and_much_else() -> Facts:
    return _run(0, 3000, best=0.014)


@objects_without_anchor.quiet_on
def anchors_of_twice_the_size() -> Facts:
    return _run(0, 60, "rpn", best=0.22)


@objects_without_anchor.quiet_on
def anchors_around_the_objects() -> Facts:
    return _run(0, 90)


@objects_without_anchor.quiet_on
def proposals_that_must_overlap_by_more() -> Facts:
    return _run(0, 22, "rpn")
