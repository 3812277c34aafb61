"""B130: boxes do not fit the pictures that they come with: they lie beyond them, or in a corner of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from traindx.core.box_examples import run_with_boxes
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.received import BoxesSeen, Received, received
from traindx.core.recording import Recording


@check("B130", level="error", preview=True)
def boxes_beyond_picture(
    recording: Recording, *, share: float = 0.1, corner: float = 0.62, min_boxes: int = 40
) -> Iterator[Finding | Measured]:
    """Many boxes reach beyond the right or lower end of the pictures that the network receives, or all stay in one corner.

    ## Why is this bad?
    The boxes are those of the picture as it was stored, and the picture was resized or cropped since: no box lies on its object.

    ## How to fix
    Resize, crop and flip both in one call: `torchvision.transforms.v2` with `tv_tensors.BoundingBoxes`, albumentations with
    `bbox_params`, or multiply the boxes by new size over old.
    Boxes that fit better in another format or unit are a matter of B131 and B132. A crop that does not clip leaves boxes on all
    sides, and counts from half of them on; a tenth, and 0.62 of the picture for the corner, are a guess.
    """
    steps = [(r, r.boxes) for r in received(recording) if r.boxes is not None and r.boxes.high and r.source != "loader"]
    fitting = [
        (r, b) for r, b in steps if b.unit == b.expected[1] and b.valid[b.format] <= 1.2 * b.valid[b.expected[0]] + 2
    ]
    count = sum(r.count for r, _ in fitting)
    if count < min_boxes or len(fitting) < 0.5 * len(steps):
        raise NotEnough("too few boxes were seen with the pictures they belong to")
    outside = sum(b.outside for _, b in fitting) / count
    below = min(min(b.low[:2]) for _, b in fitting) < -0.02 * max(max(b.high) for _, b in fitting)
    yield Measured("share of boxes that reach beyond the picture", outside, f"under {share:g}")
    if outside > (0.5 if below else share):
        text = f"{outside:.0%} of {count} boxes reach beyond the picture that the network receives: the picture was resized or"
        yield Finding(fed_at(recording, step=fitting[0][0].step), f"{text} cropped, and the boxes were not")
        return
    reach = _reach(recording, fitting)
    if reach is not None and count >= 3 * min_boxes:
        yield Measured("part of the picture that boxes reach into", reach, f"over {corner:g}")
        if reach < corner:
            text = f"all of {count} boxes lie in the upper left {reach:.0%} of the picture that the network receives: the picture"
            yield Finding(fed_at(recording, step=fitting[0][0].step), f"{text} was made larger, and the boxes were not")


def _reach(recording: Recording, steps: Sequence[tuple[Received, BoxesSeen]]) -> float | None:
    """How far, as a share of width and height, the outermost boxes lie (by their corners, or centres); the larger of the two."""
    found = []
    for r, boxes in steps:
        shape = list((recording.details[r.step].get("inputs") or {}).get("shape") or ())
        if len(shape) != 4 and boxes.unit == "pixels":  # a list of pictures of their own sizes
            return None
        width, height = (shape[3], shape[2]) if boxes.unit == "pixels" else (1, 1)
        at = 2 if boxes.expected[0] == "xyxy" else 0
        found.append((boxes.high[at] / width, boxes.high[at + 1] / height))
    return float(np.max(found)) if found else None


@boxes_beyond_picture.fires_on
def picture_halved_and_boxes_not() -> Facts:
    return run_with_boxes((600, 460, 640, 480), valid=(3, 6, 3), outside=10)


@boxes_beyond_picture.fires_on
def picture_doubled_and_boxes_not() -> Facts:
    return run_with_boxes((130, 140, 160, 160))


@boxes_beyond_picture.quiet_on
def boxes_within() -> Facts:
    return run_with_boxes((250, 250, 319, 320))


@boxes_beyond_picture.quiet_on
def a_crop_that_does_not_clip() -> Facts:
    return run_with_boxes((310, 310, 380, 390), low=(-60, -50, 10, 10), valid=(4, 12, 5), outside=4)


@boxes_beyond_picture.quiet_on
def shares_of_the_picture() -> Facts:
    return run_with_boxes((0.97, 0.96, 0.8, 0.7), form="ultralytics", unit="share", valid=(16, 7, 8))
