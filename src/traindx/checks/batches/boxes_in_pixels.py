"""B131: boxes reach the network in pixels where shares of the picture are expected."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.box_examples import run_with_boxes
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.received import received
from traindx.core.recording import Recording


@check("B131", level="error", preview=True)
def boxes_in_pixels(recording: Recording, *, share: float = 0.5, min_boxes: int = 10) -> Iterator[Finding | Measured]:
    """Boxes are numbers of pixels, and the loss reads them as shares of the picture.

    ## Why is this bad?
    A box of 200 pixels is read as one of two hundred pictures: box losses are huge or not finite, and no prediction matches.

    ## How to fix
    Divide x and width by the picture's width, y and height by its height, as the network receives it.
    """
    seen = [r for r in received(recording) if r.boxes is not None and r.boxes.expected[1] == "share" and r.boxes.high]
    if sum(r.count for r in seen) < min_boxes:
        raise NotEnough("too few boxes that are read as shares were seen")
    pixels = [r for r in seen if r.boxes is not None and r.boxes.unit == "pixels"]
    yield Measured("batches with boxes in pixels", len(pixels), f"0 of {len(seen)}")
    if len(pixels) > share * len(seen):
        first = pixels[0]
        largest = max(first.boxes.high) if first.boxes is not None else 0.0
        text = (
            f"boxes reach {largest:.4g} in step {first.step} and are read as shares of the picture (should be 0 to 1)"
        )
        yield Finding(fed_at(recording, step=first.step), f"{text}: they are in pixels")


@boxes_in_pixels.fires_on
def pixels_given_to_a_loss_over_shares() -> Facts:
    return run_with_boxes((300, 310, 120, 130), form="ultralytics")


@boxes_in_pixels.quiet_on
def shares() -> Facts:
    return run_with_boxes((0.97, 0.96, 0.8, 0.7), form="ultralytics", unit="share", valid=(16, 7, 8))
