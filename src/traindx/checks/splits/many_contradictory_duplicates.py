"""D326: many pictures are there twice, with labels that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.contradictions import are_many, contradiction_findings, contradictions
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.small_dataset import dataset_of


@check("D326", level="error", depth="full")
def many_contradictory_duplicates(dataset: Dataset) -> Iterator[Finding | Measured]:
    """At least 1 % of the pictures are there twice, byte for byte, with other classes or other boxes.

    The share is a guess; two pairs are the least. Fewer are a warning, D325.

    ## Why is this bad?
    At least one of the two labels is wrong, and the network is told both: the loss of these pictures cannot fall.

    ## How to fix
    Find where the labels come from: two exports of the same pictures merged, or labels attached to the wrong pictures.
    Keep one of the two.
    """
    found, compared = contradictions(dataset)
    many = found if are_many(dataset, found) else []
    if compared:
        yield Measured("pictures with contradicting labels, many", len(many), f"0 of {compared} that are there twice")
    yield from contradiction_findings(dataset, many)


@many_contradictory_duplicates.fires_on
def two_pictures_of_two_classes() -> Facts:
    images = [{"path": f"{n}.jpg", "content": n % 2 + 1, "class_id": n // 2} for n in range(4)]
    return {"dataset": dataset_of(images, task="classify")}


@many_contradictory_duplicates.quiet_on
def two_pictures_of_one_class() -> Facts:
    images = [{"path": f"{n}.jpg", "content": n % 2 + 1, "class_id": 0} for n in range(4)]
    return {"dataset": dataset_of(images, task="classify")}
