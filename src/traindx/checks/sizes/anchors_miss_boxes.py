"""D352: the default anchors of YOLOv5 do not reach the boxes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.anchors import YOLOV5, best_possible_recall, fitted
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.network import Network
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of
from traindx.core.training_size import sizes, training_size
from traindx.core.two_sample import sample

MOST = 20_000
SMALLEST = 2.0


@check("D352", level="note", depth="quick")
def anchors_miss_boxes(
    dataset: Dataset,
    setup: Setup | None = None,
    network: Network | None = None,
    *,
    recall: float = 0.98,
    fewest: int = 50,
) -> Iterator[Finding | Measured]:
    """Less than 98 % of the boxes differ from every default anchor of YOLOv5 by less than a factor of four.

    This concerns networks with anchors alone (YOLOv3 to v7, RetinaNet and others have their own); models of Ultralytics
    since YOLOv8 have none. `recall` and the factor are those of YOLOv5's autoanchor, which replaces the anchors below it.
    Boxes under 2 pixels are left out, and sets of fewer than 50 boxes (a guess).

    ## Why is this bad?
    A box that no anchor reaches is no target: it is never learnt.

    ## How to fix
    Leave autoanchor on, or write the anchors of the finding into the model's yaml.
    """
    if network is not None:  # its own anchors are judged by M205 and M206
        return
    if dataset.task != "detect" or (setup is not None and setup.framework == "ultralytics"):
        return
    imgsz, _ = training_size(setup)
    _, wh = sizes(dataset, imgsz)
    wh = wh[wh.min(axis=1) >= SMALLEST]
    if len(wh) < fewest:
        return
    wh = wh[sample(np.arange(len(wh)), MOST)]
    reached = best_possible_recall(wh, np.array(YOLOV5, dtype=float).reshape(-1, 2))
    number = Measured(f"best possible recall of YOLOv5's anchors at imgsz {imgsz}", reached, f"{recall:g} or more")
    yield number
    if reached < recall:
        better = fitted(wh)
        gained = best_possible_recall(wh, better)
        text = (
            f"YOLOv5's default anchors reach {reached:.1%} of the boxes at imgsz {imgsz}, should be {recall:.0%} or more; "
            f"anchors fitted to the boxes reach {gained:.1%}. Concerns models with anchors alone"
        )
        yield Finding(Place(setting="anchors"), text, (number, _table(better)), fix=_yaml(better))


def _table(anchors: Floats) -> Table:
    rows = tuple((f"{8 << (n // 3)}", round(float(w), 1), round(float(h), 1)) for n, (w, h) in enumerate(anchors))
    return Table("Anchors fitted to the boxes", ("stride", "width", "height"), rows)


def _yaml(anchors: Floats) -> str:
    levels = anchors.round().astype(int).reshape(-1, 6).tolist()
    return f"anchors: {levels}  # in the model's yaml"


def _shaped(w: float, h: float) -> Facts:
    spread = np.linspace(0.8, 1.2, 60)
    boxes = [{"image": 0, "line": n, "w": w * float(f), "h": h * float(f)} for n, f in enumerate(spread)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@anchors_miss_boxes.fires_on
def long_thin_boxes() -> Facts:
    return _shaped(0.8, 0.01)


@anchors_miss_boxes.quiet_on
def boxes_of_usual_shape() -> Facts:
    return _shaped(0.1, 0.15)
