"""B136: no picture that a detector was trained on had an object."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.box_examples import run_with_boxes
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.received import received
from traindx.core.recording import Recording


@check("B136", level="error", preview=True)
def targets_without_objects(recording: Recording, *, min_pictures: int = 40) -> Iterator[Finding | Measured]:
    """The targets of all batches that were looked at hold not one box.

    ## Why is this bad?
    The network learns that nothing is ever there: its loss falls to zero, and it finds nothing.

    ## How to fix
    Print what the dataset returns for one picture that has objects. Most often labels are looked for in a folder or under a
    name that is not there, a filter leaves out every box, or class names are compared with ids. Background pictures beside
    others are no finding.

    Looked at are the batches of recorded steps; `min_pictures` is a guess.
    """
    seen = [r for r in received(recording) if r.form in ("torchvision", "ultralytics") and r.images]
    pictures, boxes = sum(r.images for r in seen), sum(r.count for r in seen)
    if pictures < min_pictures:
        raise NotEnough(f"fewer than {min_pictures} pictures with the targets of a detector were seen")
    yield Measured("boxes in the targets that were seen", boxes, "above 0")
    if not boxes:
        text = f"the targets of all {pictures} pictures that were looked at hold no box: the network learns that nothing is there"
        yield Finding(fed_at(recording, step=seen[0].step), text)


@targets_without_objects.fires_on
def labels_that_were_lost_on_the_way() -> Facts:
    return run_with_boxes((0, 0, 0, 0), count=0, empty=4)


@targets_without_objects.quiet_on
def boxes_in_pixels() -> Facts:
    return run_with_boxes((300, 310, 320, 315))
