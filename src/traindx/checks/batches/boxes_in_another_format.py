"""B132: boxes reach the network in another format or unit than it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traindx.core.box_examples import run_with_boxes
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.received import BoxesSeen, Received, owner_reads_boxes, received
from traindx.core.recording import Recording

NAMES = {"cxcywh": "centre and size", "xyxy": "two corners", "xywh": "corner and size"}


@check("B132", level="error", preview=True)
def boxes_in_another_format(
    recording: Recording, *, fits: float = 0.99, fails: float = 0.93, min_boxes: int = 20
) -> Iterator[Finding | Measured]:
    """Nearly all boxes lie in the picture when they are read in another format than the network reads, and in its own many do not.

    ## Why is this bad?
    All numbers are legal and nothing complains. The boxes are in the wrong place and of the wrong size, and so are the predictions.

    ## How to fix
    `torchvision.ops.box_convert(boxes, in_fmt, out_fmt)`. torchvision's detectors read corners in pixels, DETR, YOLO and
    Ultralytics centre and size as shares, COCO's files corner and size in pixels.
    99 and 93 of a hundred are a guess; boxes given as shares where pixels are read are named by their size alone.
    """
    boxes = [(r, r.boxes) for r in received(recording) if r.boxes is not None and r.boxes.high]
    seen = [(r, b) for r, b in boxes if owner_reads_boxes(recording, r)]
    if boxes and not seen:
        yield Measured("unit of the boxes", boxes[0][1].unit, "as the network reads them: it is none of torchvision's")
        return
    count = sum(r.count for r, _ in seen)
    if count < min_boxes:
        raise NotEnough("too few boxes were seen")
    reads, unit = seen[0][1].expected
    as_shares = unit == "pixels" and all(b.unit == "share" for _, b in seen)
    own, best, other = _shares(seen)
    yield Measured(f"boxes that lie in the picture, read as {NAMES[reads]}", own, f"over {fails:g}")
    yield Measured("unit of the boxes", "shares" if as_shares else unit, unit)
    if as_shares:
        text = f"boxes are shares of the picture (up to {max(max(b.high) for _, b in seen):.3g}), and are read as {unit}: each is"
        yield Finding(fed_at(recording, step=seen[0][0].step), f"{text} smaller than a pixel")
    elif own < fails and other >= fits:
        text = f"{own:.0%} of {count} boxes lie in the picture read as {NAMES[reads]}, as the network does;"
        yield Finding(fed_at(recording, step=seen[0][0].step), f"{text} read as {NAMES[best]} {other:.0%} do")


def _shares(seen: Sequence[tuple[Received, BoxesSeen]]) -> tuple[float, str, float]:
    """Share of valid boxes in the format that is read, the other format that fits best, and the share valid in it."""
    counts = {name: sum(b.valid.get(name, 0) for _, b in seen) for name in NAMES}
    all_of_them = max(sum(r.count for r, _ in seen), 1)
    reads = seen[0][1].expected[0]
    best = max((name for name in NAMES if name != reads), key=lambda name: counts[name])
    return counts[reads] / all_of_them, best, counts[best] / all_of_them


@boxes_in_another_format.fires_on
def corners_read_as_centres() -> Facts:
    return run_with_boxes((0.7, 0.7, 0.99, 1.0), form="ultralytics", unit="share", valid=(7, 16, 9), outside=9)


@boxes_in_another_format.fires_on
def shares_read_as_pixels() -> Facts:
    return run_with_boxes((0.7, 0.7, 0.99, 1.0), unit="share")


@boxes_in_another_format.quiet_on
def centres_read_as_centres() -> Facts:
    return run_with_boxes((0.97, 0.96, 0.8, 0.7), form="ultralytics", unit="share", valid=(16, 7, 12))


@boxes_in_another_format.quiet_on
def centres_as_shares_given_to_a_detr_of_ones_own() -> Facts:
    return run_with_boxes((0.9, 0.9, 0.5, 0.5), unit="share", valid=(16, 4, 9), reader="TransformerDecoderLayer")
