"""S130: the size of the pictures is no multiple of the stride."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup

STRIDE = 32
"""The largest stride of the YOLO models but those with P6, whose is 64."""


@check("S130", level="note")
def size_not_of_stride(setup: Setup) -> Iterator[Finding | Measured]:
    """`imgsz` is no multiple of the stride of 32: another size is used than the one asked for.

    ## Why is this bad?
    It is legal; `check_imgsz` rounds up, and the training needs more memory and time than was planned.

    ## How to fix
    A multiple of 32: 320, 416, 512, 640, 1024, 1280. Classifiers take any size.
    """
    size = setup.value("imgsz")
    sizes = size if isinstance(size, list) else [size]
    classify = "classify" in setup.command or "-cls" in str(setup.value("model"))
    if "imgsz" not in setup.asked or classify or not all(isinstance(s, int) and s > 0 for s in sizes):
        raise NotEnough("no size of a detector's pictures is asked for")
    for one in sizes:
        used = -(-one // STRIDE) * STRIDE
        yield Measured("size of the pictures", one, f"a multiple of {STRIDE}")
        if used != one:
            yield Finding(setup.place("imgsz"), f"imgsz={one} becomes {used}: it should be a multiple of {STRIDE}")


@size_not_of_stride.fires_on
def a_thousand() -> Facts:
    return asking(imgsz=1000)


@size_not_of_stride.quiet_on
def six_hundred_and_forty() -> Facts:
    return asking(imgsz=640)
