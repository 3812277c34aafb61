"""D351: objects vanish at the training's resolution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import picture_of, place_of
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of
from traindx.core.training_size import sizes, training_size

SHOWN = 3


@check("D351", level="error", depth="quick")
def vanishing_objects(
    dataset: Dataset, setup: Setup | None = None, *, pixels: float = 2.0, share: float = 0.2
) -> Iterator[Finding | Measured]:
    """A good part of the boxes are at most two pixels wide or high at the `imgsz` that the training is to have.

    Augmentation of Ultralytics and YOLOv5 drops such boxes (`box_candidates`, `wh_thr=2`). Reported from a fifth of train's
    boxes on (a guess). Only where `imgsz` is given: `traindx check DATA imgsz=320`.

    ## Why is this bad?
    These objects are not trained on at all, and are missed when the network is scored.

    ## How to fix
    Train at a larger `imgsz`, or cut the pictures into tiles.
    """
    imgsz, said = training_size(setup)
    chosen, wh = sizes(dataset, imgsz)
    if dataset.task != "detect" or not said or not len(chosen):
        return
    gone = wh.min(axis=1) <= pixels
    number = Measured(
        f"share of boxes of {pixels:g} px or less at imgsz {imgsz}", float(gone.mean()), f"below {share:g}"
    )
    yield number
    if gone.mean() >= share:
        text = (
            f"{int(gone.sum()):,} of {len(chosen):,} boxes of train ({gone.mean():.0%}) are {pixels:g} px or less wide or "
            f"high at imgsz {imgsz}: augmentation drops them"
        )
        lost = chosen[gone]
        first = np.unique(dataset.boxes.image[lost], return_index=True)[1][:SHOWN]
        pictures = tuple(picture_of(dataset, int(lost[i]), lost.tolist()) for i in first)
        yield Finding(place_of(dataset, int(lost[0])), text, (number, *pictures))


def _trained_at(imgsz: int) -> Facts:
    setup = Setup((), ".", "pytorch", {"imgsz": imgsz})
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "w": 0.005, "h": 0.01}]), "setup": setup}


@vanishing_objects.fires_on
def at_320() -> Facts:
    return _trained_at(320)


@vanishing_objects.quiet_on
def at_1280() -> Facts:
    return _trained_at(1280)
