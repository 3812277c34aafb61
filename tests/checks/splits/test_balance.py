"""Imbalance, backgrounds and what is left for the last batch."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.found import findings
from traindx.checks.splits.backgrounds_dominate import backgrounds_dominate
from traindx.checks.splits.class_imbalance import class_imbalance
from traindx.checks.splits.extreme_class_imbalance import extreme_class_imbalance
from traindx.checks.splits.last_batch_of_one import last_batch_of_one
from traindx.core.check import Facts
from traindx.core.class_weights import effective_number, inverse_frequency
from traindx.core.finding import Table
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of


def pictures_of(*counts: int) -> Facts:
    classes = [class_id for class_id, count in enumerate(counts) for _ in range(count)]
    images = [{"path": f"{n}.jpg", "class_id": class_id} for n, class_id in enumerate(classes)]
    return {"dataset": dataset_of(images, task="classify", names=[f"c{n}" for n in range(len(counts))])}


def test_weights_by_frequency_give_each_class_the_same_sum() -> None:
    counts = np.array([1000, 10, 0, 90])
    weights = inverse_frequency(counts)
    assert np.ptp((weights * counts)[counts > 0]) < 1e-9 and weights[2] == 0
    assert abs((weights * counts).sum() / counts.sum() - 1) < 1e-12


def test_weights_by_the_effective_number_are_those_of_the_paper() -> None:
    counts = np.array([500, 5])
    raw = [(1 - 0.999) / (1 - 0.999**n) for n in (500, 5)]
    assert np.allclose(effective_number(counts), np.array(raw) / sum(raw) * 2)


def test_the_finding_has_the_weights_and_the_line_to_write() -> None:
    (found,) = findings(class_imbalance, **pictures_of(120, 10))
    (table,) = [e for e in found.evidence if isinstance(e, Table)]
    assert [row[:3] for row in table.rows] == [(0, "c0", 120), (1, "c1", 10)]
    assert found.fix is not None and found.fix.startswith("torch.nn.CrossEntropyLoss(weight=torch.tensor([0.1")


@pytest.mark.parametrize(
    ("counts", "extreme"), [((490, 10), False), ((500, 10), True), ((300, 290, 9), True), ((30, 20, 9), False)]
)
def test_what_is_extreme(counts: tuple[int, ...], extreme: bool) -> None:
    assert bool(findings(extreme_class_imbalance, **pictures_of(*counts))) == extreme


def test_pictures_without_a_label_are_backgrounds_unless_the_label_is_elsewhere() -> None:
    images = [{"path": f"{n}.jpg", "label_state": "missing" if n else "labelled"} for n in range(9)]
    assert len(findings(backgrounds_dominate, dataset_of(images))) == 1
    elsewhere = {f"/data/labels/{n}.txt": f"/data/annotations/{n}.txt" for n in range(9)}
    assert findings(backgrounds_dominate, dataset_of(images, labels_elsewhere=elsewhere)) == []


@pytest.mark.parametrize(
    ("batch", "left"), [("16", True), (16, True), (32, True), (8, True), (15, False), (1, False), ("x", False)]
)
def test_the_last_batch_is_the_remainder(batch: object, left: bool) -> None:
    setup = Setup((), ".", "pytorch", {"batch": batch})
    images = [{"path": f"{n}.jpg"} for n in range(65)] + [{"path": "broken.jpg", "damage": "0 bytes"}]
    assert bool(findings(last_batch_of_one, dataset_of(images), setup=setup)) == left
