"""What a dataset holds, as the report shows it."""

from __future__ import annotations

import numpy as np

from traindx.core.finding import Bars, Measured, Table
from traindx.core.overview import CLASSES, overview
from traindx.core.small_dataset import dataset_of


def bars(dataset: object, word: str) -> Bars:
    """The bars whose title begins so."""
    return next(b for b in overview(dataset) if isinstance(b, Bars) and b.title.startswith(word))  # type: ignore[arg-type]


SET = dataset_of(
    [
        {"path": "images/a.jpg"},
        {"path": "images/b.jpg", "label_state": "background"},
        {"path": "v.jpg", "split": "val"},
    ],
    [{"image": 0, "w": 0.1, "h": 0.1}, {"image": 0, "class_id": 1}, {"image": 2}],
)


def test_the_numbers_come_first() -> None:
    assert overview(SET)[:3] == (Measured("pictures", 3), Measured("boxes", 3), Measured("classes", 2))


def test_the_splits_say_what_became_of_their_labels() -> None:
    table = next(item for item in overview(SET) if isinstance(item, Table))
    assert [row[3:8] for row in table.rows] == [(2, 1, 1, 0, 0), (1, 1, 0, 0, 0)]


def test_boxes_per_class_and_per_picture_by_split() -> None:
    assert bars(SET, "Boxes per class").series == (("train", (1.0, 1.0)), ("val", (1.0, 0.0)))
    per_picture = bars(SET, "Boxes per picture")
    assert per_picture.labels == ("0", "1", "2")
    assert per_picture.series == (("train", (1.0, 0.0, 1.0)), ("val", (0.0, 1.0, 0.0)))


def test_box_sizes_are_in_pixels_of_the_picture() -> None:
    sizes = bars(SET, "Box sizes")  # 64 x 48 px: 55; 128 x 96 px: 111
    assert sizes.labels == ("32–64", "64–128") and sizes.series[0] == ("train", (1.0, 1.0))


def test_few_picture_sizes_are_named_and_many_are_binned() -> None:
    assert bars(SET, "Picture sizes").labels == ("640 × 480",)
    many = dataset_of([{"path": f"{i}.jpg", "width": 500 + i, "height": 100} for i in range(40)])
    assert bars(many, "Picture sizes").labels == ("256–512", "512–1024")


def test_no_more_classes_than_a_page_can_show() -> None:
    boxes = [{"image": 0, "class_id": i % 90} for i in range(300)]
    shown = bars(dataset_of([{"path": "a.jpg"}], boxes, names=[f"c{i}" for i in range(90)]), "Boxes per class")
    assert len(shown.labels) == CLASSES and "of 90" in shown.title


def test_a_set_without_pictures_or_with_absurd_boxes_has_an_overview() -> None:
    assert overview(dataset_of([]))[0] == Measured("pictures", 0)
    odd = dataset_of(
        [{"path": "a.jpg", "width": 0, "height": 0}], [{"image": 0, "w": np.inf}, {"image": 0, "x": np.nan}]
    )
    assert not [b for b in overview(odd) if isinstance(b, Bars) and b.title.startswith("Box sizes")]
