"""D325: the same picture twice, with labels that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.contradictions import are_many, contradiction_findings, contradictions
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.small_dataset import dataset_of


@check("D325", level="warning", depth="full")
def contradictory_duplicates(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A few pictures are there twice, byte for byte, with other classes or other boxes.

    Boxes are taken for the same object from an intersection over union of 0.5 on. From 1 % of the pictures and two pairs on
    it is D326.

    ## Why is this bad?
    At least one of the two labels is wrong. The network is told both.

    ## How to fix
    Look at both, delete the wrong one and its picture.
    """
    found, compared = contradictions(dataset)
    few = [] if are_many(dataset, found) else found
    if compared:
        yield Measured("pictures with contradicting labels, few", len(few), f"0 of {compared} that are there twice")
    yield from contradiction_findings(dataset, few)


@contradictory_duplicates.fires_on
def a_cat_that_is_also_a_dog() -> Facts:
    images = [{"path": "a.jpg", "content": 7}, {"path": "b.jpg", "content": 7}]
    return {"dataset": dataset_of(images, [{"image": 0}, {"image": 1, "class_id": 1}])}


@contradictory_duplicates.quiet_on
def a_picture_twice_with_the_same_box() -> Facts:
    images = [{"path": "a.jpg", "content": 7}, {"path": "b.jpg", "content": 7}]
    return {"dataset": dataset_of(images, [{"image": 0}, {"image": 1, "w": 0.21}])}
