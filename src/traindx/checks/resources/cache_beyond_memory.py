"""P215: pictures are to be kept in memory, and do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.checks.resources.forecast_example import GIB, on
from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.machine import Machine
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of


@check("P215", level="warning")
def cache_beyond_memory(dataset: Dataset, machine: Machine, setup: Setup) -> Iterator[Finding | Measured]:
    """`cache=ram` is asked for, and the pictures of train and val need more memory than there is, times the number of devices.

    ## Why is this bad?
    The process is killed for memory in its first epoch, or the pictures are not kept after all. Each process of a training on
    several devices keeps its own copy.

    ## How to fix
    `cache=disk`, or no cache. Sizes are those that the loader keeps: the longer side scaled to imgsz, three bytes a pixel.

    Sources: ultralytics#22307, yolov5#2877.
    """
    asked, size = setup.value("cache"), setup.value("imgsz")
    if not setup.trainer or asked in (None, False, "", "disk", "False") or not isinstance(size, int):
        raise NotEnough("no cache in memory is asked for")
    used = np.isin(dataset.images.split, ("train", "val")) & (dataset.images.width > 0)
    width, height = (dataset.images.width[used].astype(float), dataset.images.height[used].astype(float))
    if machine.available is None or not len(width):
        raise NotEnough("the memory, or the sizes of the pictures, are not known")
    scale = size / np.maximum(width, height)
    copies = max(1, len(str(setup.value("device") or "").split(",")))
    need = float((width * height * scale**2).sum()) * 3 * copies
    yield Measured("memory for pictures", need / 2**30, f"below {machine.available / 2**30:.1f}", "GiB")
    if need > machine.available:
        of = f", {copies} copies" if copies > 1 else ""
        text = (
            f"cache={asked} keeps {int(used.sum()):,} pictures{of} in {need / 2**30:.0f} GiB, "
            f"and {machine.available / 2**30:.0f} GiB are there"
        )
        yield Finding(setup.place("cache"), text, fix="cache=disk")


def _pictures(count: int, **settings: Any) -> Facts:
    rows = [{"path": f"{n}.jpg", "split": "train", "width": 1280, "height": 960} for n in range(count)]
    return {**on(asking(imgsz=640, **settings), available=GIB), "dataset": dataset_of(rows)}


@cache_beyond_memory.fires_on
def two_thousand_pictures_in_a_gigabyte() -> Facts:
    return _pictures(2000, cache=True)


@cache_beyond_memory.quiet_on
def two_hundred_pictures() -> Facts:
    return _pictures(200, cache=True)
