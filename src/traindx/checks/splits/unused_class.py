"""D303: a class without a single box or picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.class_counts import boxes_per_class
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.small_dataset import dataset_of


@check("D303", level="note")
def unused_class(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A class of the settings has no box, or no picture in classification, in any split.

    ## Why is this bad?
    The model has an output that never learns. It does little harm, but it may mean that ids are shifted or that labels
    were lost on export.

    ## How to fix
    Take the name out of the settings and renumber the ids, or find the labels.
    """
    counts = list(boxes_per_class(dataset).values())
    total = np.sum(counts, axis=0) if counts else np.zeros(dataset.num_classes, dtype=np.int64)
    if not total.sum():
        return
    unused = np.flatnonzero(total == 0).tolist()
    what = "picture" if dataset.task == "classify" else "box"
    yield Measured(f"classes without a {what}", len(unused), f"0 of {dataset.num_classes}")
    if unused:
        names = ", ".join(dataset.names.get(i, str(i)) for i in unused[:5])
        more = f" and {len(unused) - 5} more" if len(unused) > 5 else ""
        table = Table(f"Classes without a {what}", ("id", "name"), tuple((i, dataset.names.get(i, "")) for i in unused))
        line = dataset.settings_lines.get(f"names.{unused[0]}")
        text = f"{len(unused)} of {dataset.num_classes} classes have no {what}: {names}{more}"
        yield Finding(Place(path=dataset.source_path, line=line, setting="names"), text, (table,))


@unused_class.fires_on
def a_name_without_a_box() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}])}


@unused_class.quiet_on
def every_name_has_a_box() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2, "class_id": 1}])}
