"""D302: some classes have far fewer boxes than others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.class_counts import boxes_per_class
from traindx.core.dataset import Dataset, dataset_of
from traindx.core.finding import Finding, Measured, Place, Table


@check("D302", level="note")
def class_imbalance(dataset: Dataset, *, ratio: float = 10.0) -> Iterator[Finding | Measured]:
    """The most frequent class of the training split has many times the boxes of the rarest.

    Reported from `ratio` : 1 on (a guess). The effective number of classes is exp(H), H the entropy of the shares: n for
    n equal classes, 1 if one class holds all boxes.

    ## Why is this bad?
    It need not be. Rare classes get little signal, and may be predicted badly: compare the recall of each class.

    ## How to fix
    First collect more of the rare classes. Then oversample their pictures, weight the classes, or use a focal loss;
    measure each class's recall before and after.
    """
    split = "train" if any(s.name == "train" for s in dataset.splits) else next((s.name for s in dataset.splits), "")
    counts = boxes_per_class(dataset).get(split, np.zeros(0, dtype=np.int64))
    present = np.flatnonzero(counts)
    if not len(present):
        return
    most, least = int(counts.max()), int(counts[present].min())
    shares = counts[present] / counts.sum()
    effective = float(np.exp(-(shares * np.log(shares)).sum()))
    numbers = (
        Measured("most to fewest boxes of a class", most / least, f"below {ratio:g}", ": 1"),
        Measured("effective number of classes", effective, f"up to {len(present)}"),
    )
    yield from numbers
    if most >= ratio * least:
        order = present[np.argsort(-counts[present], kind="stable")].tolist()
        name = {i: dataset.names.get(i, str(i)) for i in order}
        rows = tuple((i, name[i], int(counts[i]), f"{counts[i] / counts.sum():.1%}") for i in order)
        text = (
            f"{name[order[0]]} has {most:,} boxes and {name[order[-1]]} {least:,} in {split}: {most / least:.1f} to 1"
        )
        yield Finding(
            Place(setting=split), text, (*numbers, Table(f"Boxes in {split}", ("id", "name", "boxes", "share"), rows))
        )


@class_imbalance.fires_on
def twenty_to_one() -> Facts:
    boxes = [{"image": 0, "line": i, "class_id": int(i == 20)} for i in range(21)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@class_imbalance.quiet_on
def two_to_one() -> Facts:
    boxes = [{"image": 0, "line": i, "class_id": int(i == 2)} for i in range(3)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}
