"""The same picture twice: which labels contradict each other, and from when on it is an error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.found import findings
from traindx.checks.splits.contradictory_duplicates import contradictory_duplicates
from traindx.checks.splits.duplicate_pictures import duplicate_pictures
from traindx.checks.splits.many_contradictory_duplicates import many_contradictory_duplicates
from traindx.core.dataset import Dataset
from traindx.core.small_dataset import dataset_of

CAT = {"class_id": 0, "x": 0.3, "y": 0.3}
DOG = {"class_id": 1, "x": 0.3, "y": 0.3}
ELSEWHERE = {"class_id": 0, "x": 0.8, "y": 0.8}


def pair(first: list[dict[str, Any]], second: list[dict[str, Any]], state: str = "labelled") -> Dataset:
    """Two files of the same bytes with these boxes, and one other picture."""
    images = [{"path": f"{n}.jpg", "content": 7} for n in "ab"] + [{"path": "c.jpg", "content": 8}]
    images[1]["label_state"] = state
    boxes = [{"image": 0, "line": n + 1, **b} for n, b in enumerate(first)]
    return dataset_of(images, boxes + [{"image": 1, "line": n + 1, **b} for n, b in enumerate(second)])


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([CAT], [DOG], "1 of its 1 boxes have another class: dog, not cat"),
        ([CAT], [CAT, ELSEWHERE], "its 2 boxes are not the 1 of the other: 1 more, 0 lacking"),
        ([CAT, ELSEWHERE], [CAT], "its 1 boxes are not the 2 of the other: 0 more, 1 lacking"),
        ([CAT], [ELSEWHERE], "1 more, 1 lacking"),
    ],
)
def test_what_differs_is_said(first: list[dict[str, Any]], second: list[dict[str, Any]], words: str) -> None:
    (found,) = findings(contradictory_duplicates, pair(first, second))
    assert words in found.message and (found.place.image, found.place.path) == ("b.jpg", "labels/b.txt")


def test_the_same_boxes_in_another_order_agree() -> None:
    assert findings(contradictory_duplicates, pair([CAT, ELSEWHERE], [ELSEWHERE, CAT])) == []


def test_a_picture_without_label_file_contradicts_nothing() -> None:
    assert findings(contradictory_duplicates, pair([CAT], [], "missing")) == []
    assert len(findings(contradictory_duplicates, pair([CAT], [], "background"))) == 1


def test_many_are_an_error_and_few_a_warning() -> None:
    def classes(contradicting: int) -> Dataset:
        images = [
            {"path": f"{n}.jpg", "content": n // 2 + 1, "class_id": int(n % 2 and n // 2 < contradicting)}
            for n in range(400)
        ]
        return dataset_of(images, task="classify")

    assert len(findings(contradictory_duplicates, classes(3))) == 3
    assert len(findings(many_contradictory_duplicates, classes(4))) == 4
    assert findings(contradictory_duplicates, classes(4)) == findings(many_contradictory_duplicates, classes(3)) == []


def test_duplicates_are_counted_within_a_split_alone() -> None:
    images = [{"path": f"{n}.jpg", "content": 7, "split": split} for n, split in enumerate(("train", "train", "val"))]
    (found,) = findings(duplicate_pictures, dataset_of(images))
    assert found.message == "1 pictures are in their split already: 0.jpg is in train 2 times: 1.jpg"


def test_the_same_file_in_two_splits_is_no_duplicate() -> None:
    images = [{"path": "a.jpg", "content": 7, "split": split} for split in ("train", "val")]
    assert findings(duplicate_pictures, dataset_of(images)) == []
