"""S140: an augmentation is asked for that leaves little of the pictures."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup

BOUNDS = {
    "perspective": (0.01, "0 to 0.001"),
    "shear": (60.0, "0 to 10"),
    "degrees": (180.0, "0 to 180"),
    "translate": (0.9, "0 to 0.5"),
    "scale": (0.99, "0 to 0.9"),
    "bgr": (0.99, "0: all pictures have their channels exchanged, those of the validation do not"),
    "erasing": (0.95, "0 to 0.5"),
    "hsv_h": (0.9, "0 to 0.1"),
}
"""From which value on, and what is usual (comments of Ultralytics' default.yaml; the bounds are guesses far beyond)."""


@check("S140", level="warning")
def augmentation_setting_extreme(setup: Setup) -> Iterator[Finding | Measured]:
    """A setting of the augmentation is far beyond any recipe: a perspective of 0.1, a shear of 80 degrees.

    ## Why is this bad?
    The network learns from pictures that look like nothing in the validation; objects leave the picture or vanish.

    ## How to fix
    Take the default, or a value in the usual range. `perspective` is a fraction of a pixel's place: 0.001 is much.
    """
    asked = {name: setup.number(name) for name in BOUNDS if name in setup.asked}
    judged = {name: abs(value) for name, value in asked.items() if value is not None}
    if not setup.trainer or not judged:
        raise NotEnough("no settings of the augmentation are asked for")
    for name, value in judged.items():
        bound, usual = BOUNDS[name]
        yield Measured(name, value, usual)
        if value > bound:
            yield Finding(setup.place(name), f"{name}={value:g}, usual is {usual}")


@augmentation_setting_extreme.fires_on
def a_perspective_of_a_tenth() -> Facts:
    return asking(perspective=0.1)


@augmentation_setting_extreme.quiet_on
def the_strong_recipe_of_yolov5() -> Facts:
    return asking("yolov5", scale=0.9, translate=0.1, mixup=0.1, copy_paste=0.1, hsv_h=0.015)


@augmentation_setting_extreme.quiet_on
def aerial_pictures() -> Facts:
    return asking(degrees=180.0, flipud=0.5, perspective=0.001)
