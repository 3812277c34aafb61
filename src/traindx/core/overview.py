"""What a dataset is, as evidence for the report's first page: splits and where they lead, classes, sizes."""

from __future__ import annotations

import numpy as np

from traindx.core.class_counts import boxes_per_class
from traindx.core.dataset import Dataset
from traindx.core.finding import Bars, Evidence, Table

CLASSES = 60
"""Classes shown as bars, those with the most boxes; more cannot be told apart on a page."""


def overview(dataset: Dataset) -> tuple[Evidence, ...]:
    """The splits as a table, and the objects per class and split as bars."""
    return (_splits(dataset), *_classes(dataset))


def _splits(dataset: Dataset) -> Table:
    rows: list[tuple[str | int, ...]] = []
    for split in dataset.splits:
        states = dataset.images.label_state[dataset.images.split == split.name]
        counts = [int((states == state).sum()) for state in ("labelled", "background", "missing", "unreadable")]
        rows.append(
            (split.name, split.written, split.resolved, len(states), *counts, split.looked_in, split.label_rule)
        )
    columns = ("split", "written", "leads to", "pictures", "labelled", "background", "missing", "unreadable")
    return Table("Splits and where they lead", (*columns, "labels looked for in", "rule"), tuple(rows))


def _classes(dataset: Dataset) -> tuple[Evidence, ...]:
    counts = boxes_per_class(dataset)
    total = np.sum(list(counts.values()), axis=0) if counts else np.zeros(0)
    if not np.any(total):
        return ()
    order = np.argsort(-total, kind="stable")[:CLASSES]
    shown = np.sort(order) if len(total) <= CLASSES else order
    labels = tuple(dataset.names.get(int(i), str(i)) for i in shown)
    series = tuple((name, tuple(float(count[i]) for i in shown)) for name, count in counts.items())
    unit = "pictures" if dataset.task == "classify" else "boxes"
    return (Bars(f"{unit.capitalize()} per class and split", labels, series, unit),)
