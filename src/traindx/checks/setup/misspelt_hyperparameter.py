"""S124: the file of hyperparameters has a name that YOLOv5 does not read, or lacks one that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Asked, Setup

KNOWN = (
    *("lr0", "lrf", "momentum", "weight_decay", "warmup_epochs", "warmup_momentum", "warmup_bias_lr"),
    *("box", "cls", "cls_pw", "obj", "obj_pw", "iou_t", "anchor_t", "anchors", "fl_gamma", "label_smoothing"),
    *("hsv_h", "hsv_s", "hsv_v", "degrees", "translate", "scale", "shear", "perspective", "flipud", "fliplr"),
    *("mosaic", "mixup", "copy_paste", "paste_in", "loss_ota", "giou"),
)
"""Names that YOLOv5 and YOLOv7 read (data/hyps of both)."""


@check("S124", level="warning")
def misspelt_hyperparameter(setup: Setup, *, likeness: float = 0.75) -> Iterator[Finding | Measured]:
    """The file given by --hyp has a name that YOLOv5 does not read and that looks like one that the file lacks.

    `likeness` is difflib's ratio from which two words look alike (a guess).

    ## Why is this bad?
    Names that are not read are passed over without a word, and the value has no effect; where the one that was meant is
    needed, the training stops with a `KeyError`.

    ## How to fix
    Correct the spelling in the file.
    """
    held = {name: asked for name, asked in setup.asked.items() if asked.path is not None}
    if setup.trainer != "yolov5" or not held:
        raise NotEnough("needs a file of hyperparameters (--hyp)")
    lacking = [name for name in KNOWN if name not in held]
    meant = {n: get_close_matches(n, lacking, n=1, cutoff=likeness) for n in held if n not in KNOWN}
    yield Measured("misspelt hyperparameters", sum(map(bool, meant.values())), f"0 of {len(held)}")
    for name, near in meant.items():
        if near:
            yield Finding(setup.place(name), f"{name} is read by no part of YOLOv5, should probably be {near[0]}")


def _file(*names: str) -> Facts:
    asked = {name: Asked(0.1, "hyp.yaml", number) for number, name in enumerate(names, 1)}
    return {"setup": Setup(("python", "train.py"), ".", "ultralytics", trainer="yolov5", asked=asked)}


@misspelt_hyperparameter.fires_on
def momentun() -> Facts:
    return _file("lr0", "momentun", "weight_decay")


@misspelt_hyperparameter.quiet_on
def names_as_they_are() -> Facts:
    return _file("lr0", "momentum", "weight_decay", "comment")
