"""S123: a part of a detector's loss that it cannot do without is multiplied by zero."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup

NEEDED = {"box": "no box is learned", "cls": "no class and no confidence is learned"}
NEEDED_BY_YOLOV5 = {"box": "no box is learned", "obj": "no confidence is learned"}
TASKS = ("detect", "segment", "pose", "obb")


@check("S123", level="error")
def loss_part_switched_off(setup: Setup) -> Iterator[Finding | Measured]:
    """The gain of the box, class or objectness loss is zero or negative.

    ## Why is this bad?
    A gain of zero takes the part out of the loss: what it teaches is never learned, while the other parts fall as usual. A
    negative one teaches the opposite.

    ## How to fix
    Leave the gain at its default (Ultralytics: box 7.5, cls 0.5; YOLOv5: box 0.05, cls 0.5, obj 1.0), or change it by a factor.
    `cls=0` of YOLOv5, `dfl=0` and the gains of other tasks are not judged: a detector of one class has no use for the
    first, and boxes are learned without the second.
    """
    needed = NEEDED_BY_YOLOV5 if setup.trainer == "yolov5" else NEEDED
    gains = {name: gain for name in needed if name in setup.asked and (gain := setup.number(name)) is not None}
    words = [word for word in setup.command if word in ("classify", "semantic", "depth")]
    if not gains or words or str(setup.value("task") or "detect") not in TASKS:
        raise NotEnough("no gain of a detector's loss was asked for")
    for name, gain in gains.items():
        yield Measured(f"gain {name}", gain, "above 0")
        if gain <= 0:
            yield Finding(setup.place(name), f"{name}={gain:g} takes this part out of the loss: {needed[name]}")


@loss_part_switched_off.fires_on
def no_box_loss() -> Facts:
    return asking(box=0.0)


@loss_part_switched_off.fires_on
def no_objectness_in_yolov5() -> Facts:
    return asking("yolov5", obj=0.0)


@loss_part_switched_off.quiet_on
def a_smaller_gain() -> Facts:
    return asking(box=0.05, cls=0.3, dfl=0.0)


@loss_part_switched_off.quiet_on
def one_class_in_yolov5() -> Facts:
    return asking("yolov5", cls=0.0, obj=1.0)
