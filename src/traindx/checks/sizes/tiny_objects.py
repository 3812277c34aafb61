"""D350: many objects are smaller than one stride at the training's resolution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.finding import Evidence, Finding, Measured, Table
from traindx.core.network import Network
from traindx.core.row_findings import picture_of, place_of
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of
from traindx.core.training_size import sizes, training_size

SHOWN = 3
LIMITS = (2, 4, 8, 16, 32)


@check("D350", level="warning", depth="quick")
def tiny_objects(
    dataset: Dataset,
    setup: Setup | None = None,
    network: Network | None = None,
    *,
    stride: int = 8,
    share: float = 0.25,
    of_class: float = 0.5,
) -> Iterator[Finding | Measured]:
    """Many boxes are smaller than the network's smallest stride, once pictures are scaled to the training's size.

    The size of a box is the root of its area. Reported from a quarter of all boxes on, or half of those of a class with ten
    boxes or more (guesses; of 929 boxes of COCO 3 % are under 8 pixels at 640, 14 % at 320, `python bench/label_bounds.py`).
    `stride` is that of YOLO's finest level, unless `model=` names a network that tells its own. The training's size is `imgsz`,
    or 640 where it is not given: `traindx check DATA imgsz=1280`.

    ## Why is this bad?
    An object under one stride is less than one cell of the finest feature map. It is hardly seen, and augmentation drops
    it: Ultralytics and YOLOv5 leave out boxes of 2 pixels or less in width or height.

    ## How to fix
    Train at a larger `imgsz` (the table gives what is left at several), cut large pictures into tiles, or use a model with a
    finer level (P2).
    """
    imgsz, said = training_size(setup)
    stride = int(min(network.strides)) if network is not None and network.strides else stride
    chosen, wh = sizes(dataset, imgsz)
    if dataset.task != "detect" or not len(chosen):
        return
    side = np.sqrt(wh.prod(axis=1))
    small = side < stride
    number = Measured(
        f"share of train's boxes under {stride} px at imgsz {imgsz}", float(small.mean()), f"below {share:g}"
    )
    yield number
    classes = dataset.boxes.class_id[chosen]
    worst = _classes(classes, small, of_class)
    if small.mean() < share and not worst:
        return
    first = int(np.argmin(side))
    names = ", ".join(f"{dataset.names.get(int(c), f'{c:g}')} {part:.0%}" for c, part in worst[:3])
    guess = "" if said else " (not given: the usual one)"
    text = (
        f"{int(small.sum()):,} of {len(side):,} boxes of train ({small.mean():.0%}) are under {stride} px at imgsz "
        f"{imgsz}{guess}, less than one stride; median {np.median(side):.0f} px{'; by class: ' + names if names else ''}"
    )
    evidence = (number, _table(side, imgsz), *_pictures(dataset, chosen, small))
    yield Finding(place_of(dataset, int(chosen[first])), text, evidence, fix=_fix(side, imgsz, stride, share))


def _classes(
    classes: Floats, small: np.ndarray[tuple[int], np.dtype[np.bool_]], least: float
) -> list[tuple[float, float]]:
    """Classes of which at least this share is small, with it, the worst first."""
    ids, of = np.unique(classes, return_inverse=True)
    count, part = np.bincount(of), np.bincount(of, small) / np.maximum(np.bincount(of), 1)
    return sorted(
        ((float(ids[i]), float(part[i])) for i in np.flatnonzero((count >= 10) & (part >= least))), key=lambda c: -c[1]
    )


def _inputs(imgsz: int) -> list[int]:
    return sorted({320, 640, 960, 1280, 1920, imgsz})


def _table(side: Floats, imgsz: int) -> Table:
    """Shares of boxes under several sizes, at several sizes of the pictures."""
    rows: list[tuple[str | int, ...]] = []
    for size in _inputs(imgsz):
        rows.append((size, *(f"{float((side * size / imgsz < limit).mean()):.1%}" for limit in LIMITS)))
    return Table("Share of train's boxes under so many pixels", ("imgsz", *(f"{n} px" for n in LIMITS)), tuple(rows))


def _fix(side: Floats, imgsz: int, stride: int, share: float) -> str:
    for size in _inputs(imgsz):
        left = float((side * size / imgsz < stride).mean())
        if size > imgsz and left < share:
            return f"imgsz={size} leaves {left:.0%} of the boxes under {stride} px"
    return "cut the pictures into tiles: no usual imgsz brings the objects above one stride"


def _pictures(dataset: Dataset, chosen: Ints, small: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Iterator[Evidence]:
    """The pictures with the most small boxes, these marked."""
    tiny = chosen[small]
    count = np.bincount(dataset.boxes.image[tiny])
    for image in np.argsort(-count, kind="stable")[:SHOWN].tolist():
        own = tiny[dataset.boxes.image[tiny] == image].tolist()
        if own:
            yield picture_of(dataset, own[0], own)


def _sized(side: float) -> Facts:
    return {
        "dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "line": n, "w": side, "h": side} for n in range(9)])
    }


@tiny_objects.fires_on
def six_pixels() -> Facts:
    return _sized(0.01)


@tiny_objects.quiet_on
def sixty_pixels() -> Facts:
    return _sized(0.1)


@tiny_objects.quiet_on
def six_pixels_at_640_trained_at_1920() -> Facts:
    return {**_sized(0.01), "setup": Setup((), ".", "pytorch", {"imgsz": 1920})}
