"""D302: some classes have far fewer boxes than others."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.imbalance import imbalance
from traindx.core.small_dataset import dataset_of


@check("D302", level="note")
def class_imbalance(dataset: Dataset, *, ratio: float = 10.0) -> Iterator[Finding | Measured]:
    """The most frequent class of the training split has many times the boxes of the rarest.

    Reported from `ratio` : 1 on (a guess). The effective number of classes is exp(H), H the entropy of the shares: n for
    n equal classes, 1 if one class holds all boxes. Of classification, pictures are counted.

    ## Why is this bad?
    It need not be. Rare classes get little signal, and may be predicted badly: compare the recall of each class.

    ## How to fix
    First collect more of the rare classes. Then oversample their pictures, weight the classes, or use a focal loss;
    measure each class's recall before and after. The finding gives the weights, by inverse frequency and by the effective
    number of samples (Cui et al. 2019), and the lines to write.
    """
    found = imbalance(dataset)
    if found is None:
        return
    numbers = found.numbers(f"below {ratio:g}")
    yield from numbers
    if found.ratio >= ratio:
        yield found.finding(numbers)


@class_imbalance.fires_on
def twenty_to_one() -> Facts:
    boxes = [{"image": 0, "line": i, "class_id": int(i == 20)} for i in range(21)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@class_imbalance.quiet_on
def two_to_one() -> Facts:
    boxes = [{"image": 0, "line": i, "class_id": int(i == 2)} for i in range(3)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}
