"""B135: targets hold class ids that the network has no output for, or that mean something else to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.box_examples import run_with_boxes
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.received import received
from traindx.core.recording import Recording

IGNORED = (-100, -1, 255)
"""Ids that losses are told to ignore: torch's default, and those of segmentation."""
BACKGROUND_FIRST = ("FasterRCNN", "MaskRCNN", "KeypointRCNN", "SSD")
"""torchvision's detectors to which class 0 is the background (their docs: labels start from 1)."""


@check("B135", level="error", preview=True)
def ids_beyond_classes(recording: Recording) -> Iterator[Finding | Measured]:
    """A class id lies outside of the network's classes, or is the one that a detector of torchvision takes for the background.

    ## Why is this bad?
    On the CPU a loss over classes raises, on the GPU it stops with an unclear message; losses that compare with each class teach
    nothing. Objects of class 0 teach Faster R-CNN and SSD that there is nothing.

    ## How to fix
    Ids count from 0 up to the number of classes less one. For Faster R-CNN, Mask R-CNN and SSD add one to each id, and have one
    class more than there are kinds of objects. Ids that losses ignore (-100, -1, 255) are left out.
    """
    seen = [
        r for r in received(recording) if r.classes and r.num_classes and r.form not in ("soft", "soft multi-label")
    ]
    if not seen:
        raise NotEnough("no class ids were seen together with the number of classes")
    first = 1 if seen[0].form == "torchvision" and recording.model.startswith(BACKGROUND_FIRST) else 0
    beyond = [(i, r) for r in seen for i in r.classes if (i < first or i >= (r.num_classes or 0)) and i not in IGNORED]
    bad = {i: r.step for i, r in reversed(beyond)}
    n = next((r.num_classes or 0 for _, r in beyond), seen[-1].num_classes or 0)  # a new head may have others
    ids = sorted({i for r in seen for i in r.classes})
    yield Measured("class ids", f"{ids[0]:g} to {ids[-1]:g}", f"{first} to {n - 1}")
    if bad:
        step = min(bad.values())
        text = f"targets hold class {', '.join(f'{i:g}' for i in sorted(bad)[:5])}; the network's classes are {first} to {n - 1}"
        why = "; class 0 is the background" if first and 0 in bad else ""
        if 0 not in ids and n in bad and len(bad) == 1:
            why = "; 0 never comes: ids count from 1"
        yield Finding(fed_at(recording, step=step), text + why)


def _run(classes: dict[str, int], n: int, form: str = "classes") -> Facts:
    targets = {"form": form, "from": "loss", "count": sum(classes.values()), "classes": classes, "num_classes": n}
    return {"recording": recording_with(falling(), detail={"targets": targets})}


@ids_beyond_classes.fires_on
def ids_that_count_from_one() -> Facts:
    return _run({"1": 10, "2": 11, "3": 9}, 3)


@ids_beyond_classes.fires_on
def objects_labelled_as_background() -> Facts:
    return run_with_boxes((300, 300, 320, 320), classes={"0": 9, "1": 7}, num_classes=3, model="FasterRCNN")


@ids_beyond_classes.quiet_on
def ids_from_zero() -> Facts:
    return _run({"0": 10, "2": 9}, 3)


@ids_beyond_classes.quiet_on
def a_new_head_with_more_classes() -> Facts:
    few, many = (_run({"0": 5, str(n - 1): 5}, n)["recording"] for n in (2, 10))
    later = {step + 60: detail for step, detail in many.details.items()}
    return {"recording": replace(few, details={**few.details, **later})}


@ids_beyond_classes.quiet_on
def pixels_that_the_loss_ignores() -> Facts:
    return _run({"0": 100, "20": 9, "255": 12}, 21, form="map")


@ids_beyond_classes.quiet_on
def objects_from_one_on() -> Facts:
    return run_with_boxes((300, 300, 320, 320), classes={"1": 9, "2": 7}, num_classes=3, model="FasterRCNN")
