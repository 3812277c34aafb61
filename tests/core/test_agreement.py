"""Two annotations compared: what is matched, what is counted, what is listed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from traindx.core.agreement import Agreement, agreement_of
from traindx.core.annotator_statistics import cohen_kappa, krippendorff_alpha, statistics_of
from traindx.core.compared_overview import compared_overview
from traindx.core.small_dataset import dataset_of

NAMES = ("cat", "dog")


def compared(a: list[dict[str, Any]], b: list[dict[str, Any]], **more: Any) -> Agreement:
    images = [{"path": f"images/{i}.jpg"} for i in range(4)]
    return agreement_of(dataset_of(images, a, names=NAMES), dataset_of(images, b, **{"names": NAMES, **more}))


def kinds(agreement: Agreement) -> list[str]:
    return [d.kind for d in agreement.disagreements]


def test_the_same_boxes_agree_in_everything() -> None:
    boxes = [{"image": i, "x": x, "class_id": i % 2} for i in range(4) for x in (0.2, 0.6)]
    agreement = compared(boxes, boxes)
    assert kinds(agreement) == []
    assert agreement.statistics.f1[-1].value == 1 and agreement.iou[-1] == pytest.approx(1)
    assert agreement.statistics.kappa.value == agreement.statistics.alpha.value == 1


def test_each_kind_of_disagreement_is_named_once() -> None:
    a = [{"image": 0}, {"image": 1}, {"image": 2}, {"image": 3, "x": 0.3}]
    b = [{"image": 1, "class_id": 1}, {"image": 2, "x": 0.6}, {"image": 3, "x": 0.3}, {"image": 3, "x": 0.8}]
    agreement = compared(a, b)
    found = {(d.kind, d.a, d.b) for d in agreement.disagreements}
    assert found == {("only-a", 0, -1), ("other-class", 1, 0), ("badly-located", 2, 1), ("only-b", -1, 3)}
    assert agreement.statistics.precision[-1].value == agreement.statistics.recall[-1].value == 0.25


def test_a_box_of_the_same_class_goes_before_one_that_overlaps_more() -> None:
    agreement = compared([{"image": 0}], [{"image": 0, "class_id": 1}, {"image": 0, "x": 0.54}])
    assert [(d.kind, d.b) for d in agreement.disagreements] == [("only-b", 0)]


def test_classes_meet_by_name_whatever_their_ids_and_letters() -> None:
    agreement = compared([{"image": 0, "class_id": 1}], [{"image": 0, "class_id": 0}], names=("DOG", "Cat"))
    assert kinds(agreement) == [] and agreement.mapped_by == "name"


def test_classes_without_a_common_name_meet_by_id() -> None:
    agreement = compared([{"image": 0, "class_id": 1}], [{"image": 0, "class_id": 1}], names=("Katze", "Hund"))
    assert kinds(agreement) == [] and agreement.mapped_by.startswith("id")


def test_pictures_meet_by_name_in_other_folders_and_by_content() -> None:
    a = dataset_of([{"path": "train/x.jpg", "content": 1}, {"path": "y.jpg", "content": 2}, {"path": "z.jpg"}])
    b = dataset_of([{"path": "all/x.png", "content": 9}, {"path": "renamed.jpg", "content": 2}])
    agreement = agreement_of(a, b)
    assert list(zip(agreement.pictures_a.tolist(), agreement.pictures_b.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert agreement.only_a == ("z.jpg",) and agreement.only_b == ()


def test_a_name_that_two_pictures_share_matches_none() -> None:
    a = dataset_of([{"path": "train/1.jpg", "content": 1}, {"path": "val/1.jpg", "content": 2}, {"path": "q.jpg"}])
    b = dataset_of([{"path": "all/1.jpg"}, {"path": "q.jpg"}])
    assert agreement_of(a, b).pictures_a.tolist() == [2]


def test_a_picture_in_two_splits_is_compared_once() -> None:
    images = [{"path": "images/0.jpg"}, {"path": "images/0.jpg", "split": "val"}]
    twice = dataset_of(images, [{"image": 0}, {"image": 1}])
    agreement = agreement_of(dataset_of(images[:1], [{"image": 0}]), twice)
    assert kinds(agreement) == [] and agreement.repeated == 1


def test_sets_without_a_common_picture_or_task_are_refused() -> None:
    with pytest.raises(ValueError, match="no picture"):
        agreement_of(dataset_of([{"path": "a.jpg"}]), dataset_of([{"path": "b.jpg"}]))
    with pytest.raises(ValueError, match="classify"):
        agreement_of(dataset_of([{"path": "a.jpg"}]), dataset_of([{"path": "a.jpg"}], task="classify"))


def test_pictures_of_a_classification_are_compared_by_class() -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(0, 2, 60)
    second = np.where(rng.random(60) < 0.2, 1 - first, first)
    a, b = (
        dataset_of([{"path": f"{i}.jpg", "class_id": int(c)} for i, c in enumerate(labels)], task="classify")
        for labels in (first, second)
    )
    agreement = agreement_of(a, b)
    assert len(agreement.disagreements) == int((first != second).sum())
    kappa = agreement.statistics.kappa
    assert kappa.value == pytest.approx(cohen_kappa_score(first, second))
    assert kappa.low < kappa.value < kappa.high < 1
    assert agreement.statistics.f1[-1].value == pytest.approx((first == second).mean())
    assert len(compared_overview(agreement)) > 6


def test_coefficients_are_those_of_the_textbooks() -> None:
    assert cohen_kappa(np.array([[20.0, 5.0], [10.0, 15.0]])) == pytest.approx(0.4)
    # Krippendorff 2011, example C without the missing values: 10 units, 2 of them in dispute
    assert krippendorff_alpha(np.array([[5.0, 1.0], [3.0, 1.0]])) == pytest.approx(0.095, abs=1e-3)
    assert np.isnan(cohen_kappa(np.array([[7.0]])))


def test_an_interval_is_as_wide_as_the_spread_of_repeated_samples() -> None:
    rng = np.random.default_rng(3)
    rates = []
    for _ in range(200):
        hit = rng.random(150) < 0.8
        rates.append(hit.mean())
    picture, first = np.arange(150), np.zeros(150, np.int64)
    interval = statistics_of(picture, first, np.where(hit, 0, 1), 150, 1).recall[0]
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * np.std(rates), rel=0.25)
