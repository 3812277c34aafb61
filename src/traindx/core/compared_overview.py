"""What the comparison of two annotations measured, as evidence for the report's first page."""

from __future__ import annotations

import numpy as np

from traindx.core.agreement import Agreement
from traindx.core.finding import Evidence, Measured, Table

CLASSES = 30
"""Classes in the confusion table, those that are confused most; more do not fit a page."""


def compared_overview(agreement: Agreement) -> tuple[Evidence, ...]:
    """Agreement per class, coefficients, the class map, and who says what where they differ."""
    s = agreement.statistics
    coefficients = (
        Measured("pictures in both", len(agreement.pictures_a)),
        Measured("pictures in A alone", len(agreement.only_a)),
        Measured("pictures in B alone", len(agreement.only_b)),
        Measured("entries that repeat a picture of their set", agreement.repeated),
        Measured("Cohen's kappa of the classes (95 % interval)", str(s.kappa)),
        Measured("Krippendorff's alpha, lacking objects as a class (95 % interval)", str(s.alpha)),
    )
    return (*coefficients, _per_class(agreement), _class_map(agreement), *_confusion(agreement))


def _per_class(agreement: Agreement) -> Table:
    s = agreement.statistics
    m = s.confusion
    hit, in_a, in_b = np.diag(m)[:-1].tolist(), m[:-1].sum(axis=1).tolist(), m[:, :-1].sum(axis=0).tolist()
    counts = [*zip(in_a, in_b, hit, strict=True), (sum(in_a), sum(in_b), sum(hit))]
    rows = tuple(
        (name, *counts[i], str(s.precision[i]), str(s.recall[i]), str(s.f1[i]), round(agreement.iou[i], 3))
        for i, name in enumerate((*agreement.classes, "all"))
        if counts[i][0] or counts[i][1]
    )
    columns = ("class", "in A", "in B", "agree", "precision of B", "recall of B", "F1", "mean IoU")
    return Table("B judged by A, with 95 % intervals over pictures", columns, rows)


def _class_map(agreement: Agreement) -> Table:
    """Every class with its id and name in either set."""
    rows = []
    for i in range(len(agreement.classes)):
        sides = []
        for dataset, ids in ((agreement.a, agreement.map_a), (agreement.b, agreement.map_b)):
            sides.append(", ".join(f"{k}: {dataset.names[k]}" for k, place in ids.items() if place == i) or "none")
        rows.append(tuple(sides))
    return Table(f"Classes, matched by {agreement.mapped_by}", ("A", "B"), tuple(rows))


def _confusion(agreement: Agreement) -> tuple[Table, ...]:
    """Classes of A against those of B; the last row and column are objects that the other lacks."""
    m = agreement.statistics.confusion
    detect = agreement.a.task == "detect"
    off = m - np.diag(np.diag(m))
    order = np.argsort(-(off[:-1].sum(axis=1) + off[:, :-1].sum(axis=0)), kind="stable")[:CLASSES]
    shown = [*np.sort(order).tolist(), *([len(m) - 1] if detect else [])]
    names = (*agreement.classes, "nothing")
    rows = tuple((names[i], *(int(m[i, j]) for j in shown)) for i in shown)
    return (Table("Classes in A (rows) and B (columns)", ("A", *(names[j] for j in shown)), rows),)
