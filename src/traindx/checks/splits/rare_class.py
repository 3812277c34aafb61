"""D343: classes with a handful of samples to learn from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.imbalance import imbalance
from traindx.core.small_dataset import dataset_of


@check("D343", level="note")
def rare_class(dataset: Dataset, *, fewest: int = 10, beside: int = 100) -> Iterator[Finding | Measured]:
    """Classes of the training split have fewer than 10 boxes (pictures, in classification), where another has 100.

    Both numbers are guesses; a set that is small as a whole is not reported. Ultralytics recommends
    1,500 pictures and 10,000 objects per class for best results.

    ## Why is this bad?
    So few are learnt by heart or not at all, and the class's score on val is that of one or two objects.

    ## How to fix
    Collect more, merge the class with its like, or leave it out.
    """
    found = imbalance(dataset)
    if found is None:
        return
    rare = found.present[found.counts[found.present] < fewest]
    rare = rare[np.argsort(found.counts[rare], kind="stable")]
    yield Measured(f"classes with fewer than {fewest} {found.unit}", len(rare), f"0 of {len(found.present)}")
    if len(rare) and found.counts.max() >= beside:
        rows = tuple((i, dataset.names.get(i, ""), int(found.counts[i])) for i in rare.tolist())
        names = ", ".join(f"{name or i} {count}" for i, name, count in rows[:5])
        more = f" and {len(rare) - 5} more" if len(rare) > 5 else ""
        text = f"{len(rare)} of {len(found.present)} classes have fewer than {fewest} {found.unit} in {found.split}: {names}{more}"
        table = Table(f"Classes with few {found.unit} in {found.split}", ("id", "name", found.unit), rows)
        yield Finding(Place(setting=found.split), text, (table,))


@rare_class.fires_on
def three_boxes_of_a_class() -> Facts:
    boxes = [{"image": 0, "class_id": int(n < 3)} for n in range(120)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@rare_class.quiet_on
def sixty_boxes_of_each_class() -> Facts:
    boxes = [{"image": 0, "class_id": n % 2} for n in range(120)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}
