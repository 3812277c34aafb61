"""When a missing label, an id or a box format is a fault, on real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.scan.drawn import dataset, write
from traindx.checks import all_checks
from traindx.core.report import Outcome
from traindx.core.runner import run_checks
from traindx.examine import check
from traindx.scan import scan

ROW = "0 0.5 0.5 0.2 0.2\n1 0.3 0.3 0.1 0.1\n2 0.6 0.6 0.1 0.1\n"
Labels = dict[str, bytes | str | None]


def _look(data: Path) -> dict[str, Outcome]:
    outcomes = run_checks([c for c in all_checks() if c.code.startswith("D")], {"dataset": scan(data)})
    assert not [o.reason for o in outcomes if o.status == "crashed"]
    return {o.code: o for o in outcomes}


def _set(train: int, val: int, label: str | None = ROW) -> Labels:
    return {f"train/{n}": label for n in range(train)} | {f"val/{n}": label for n in range(val)}


def test_a_split_without_any_label_is_an_error_that_says_where_it_looked(tmp_path: Path) -> None:
    labels = _set(5, 3) | {f"val/{n}": None for n in range(3)}
    (first, *others) = _look(dataset(tmp_path, labels))["D201"].findings
    assert "none of the 3 pictures of val" in first.message and str(tmp_path / "labels/val") in first.message
    assert len(others) == 2 and str(tmp_path / "labels/val/1.txt") in others[0].message


def test_labels_in_a_folder_of_another_name_are_found(tmp_path: Path) -> None:
    file = dataset(tmp_path, _set(5, 3, None))
    for split, count in (("train", 5), ("val", 3)):
        for n in range(count):
            write(tmp_path / f"annotations/{split}/{n}.txt", ROW)
    messages = [f.message for f in _look(file)["D201"].findings if f.message.startswith("none")]
    assert len(messages) == 2
    assert f"5 files with their names are in {tmp_path}/annotations/train" in messages[0]


def test_labels_of_pascal_voc_are_named_as_such(tmp_path: Path) -> None:
    file = dataset(tmp_path, _set(2, 2, None))
    for split in ("train", "val"):
        for n in range(2):
            write(tmp_path / f"images/{split}/{n}.xml", "<annotation/>")
    assert "as .xml, which YOLO trainers do not read" in _look(file)["D201"].findings[0].message


def test_a_few_pictures_without_label_are_background(tmp_path: Path) -> None:
    outcomes = _look(dataset(tmp_path, _set(9, 3) | {"train/x": None, "train/y": None}))
    assert outcomes["D201"].status == "passed"
    assert [f.place.image for f in outcomes["D212"].findings] == ["images/train/x.jpg", "images/train/y.jpg"]


def test_a_small_folder_of_backgrounds_is_legal_and_a_large_one_is_not(tmp_path: Path) -> None:
    small = _set(20, 3) | {"train/empty/a": None}
    large = _set(20, 3) | {f"train/new/{n}": None for n in range(10)}
    assert _look(dataset(tmp_path / "small", small))["D201"].status == "passed"
    assert "none of the 10 pictures of train" in _look(dataset(tmp_path / "large", large))["D201"].findings[0].message


def test_an_old_copy_of_the_labels_does_not_turn_background_into_a_fault(tmp_path: Path) -> None:
    file = dataset(tmp_path, _set(20, 3) | {"train/x": None})
    for name in [*map(str, range(20)), "x"]:
        write(tmp_path / f"labels_old/train/{name}.txt", ROW)
    assert _look(file)["D201"].status == "passed"


def test_a_test_split_without_labels_is_legal(tmp_path: Path) -> None:
    settings = "train: images/train\nval: images/val\ntest: images/test\nnames: [a, b, c]\n"
    labels = _set(5, 3) | {f"test/{n}": None for n in range(3)}
    assert _look(dataset(tmp_path, labels, settings=settings))["D201"].status == "passed"


@pytest.mark.parametrize(
    ("ids", "names", "code"),
    [
        ((1, 2, 3), 3, "D205"),
        ((1, 2, 3), 4, "D211"),
        ((1, 3), 3, "D205"),
        ((0, 1, 2, 3), 3, None),
        ((1, 2), 3, "D211"),
        ((1, 2), 5, None),
        ((1,), 2, None),
        ((1,), 1, "D205"),
        ((0, 1, 2), 3, None),
    ],
)
def test_ids_that_count_from_one_are_told_from_a_class_that_is_not_used(
    tmp_path: Path, ids: tuple[int, ...], names: int, code: str | None
) -> None:
    rows = "".join(f"{i} 0.{k + 2} 0.5 0.1 0.1\n" for k, i in enumerate(ids))
    settings = f"train: images/train\nval: images/val\nnc: {names}\n"
    outcomes = _look(dataset(tmp_path, _set(4, 2, rows), settings=settings))
    assert [c for c in ("D205", "D211") if outcomes[c].status == "failed"] == ([code] if code else [])


def test_one_based_ids_outrank_ids_out_of_range(tmp_path: Path) -> None:
    report = check(dataset(tmp_path, _set(4, 2, "1 0.5 0.5 0.1 0.1\n2 0.2 0.5 0.1 0.1\n3 0.7 0.5 0.1 0.1\n")))
    assert report.verdict == "faulty"
    assert report.diagnoses[0].cause == "one-based-class-ids" and report.diagnoses[0].status == "proved"
    assert report.diagnoses[0].places[0].line == 3


def test_imbalance_and_missing_classes_alone_do_not_make_a_set_faulty(tmp_path: Path) -> None:
    many = "".join(f"0 0.{k:02} 0.5 0.05 0.05\n" for k in range(10, 90))
    own = "0 0.5 0.5 0.1 0.1\n"
    labels = {"train/a": many + ROW, "train/b": None, "val/c": own, "val/d": own, "val/e": own}
    report = check(dataset(tmp_path, labels))
    assert {o.code for o in report.outcomes if o.status == "failed"} >= {"D212", "D301", "D302", "D340"}
    assert report.verdict == "unclear"
    assert all(d.probability < 0.5 for d in report.diagnoses if d.cause == "missing-class")


def test_boxes_written_from_their_upper_left_corner_are_found(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    labels: Labels = {}
    for name in [*(f"train/{n}" for n in range(20)), *(f"val/{n}" for n in range(10))]:
        x, y, w, h = rng.uniform(0, 0.6, 6), rng.uniform(0, 0.6, 6), rng.uniform(0.1, 0.4, 6), rng.uniform(0.1, 0.4, 6)
        labels[name] = "".join(f"{k % 3} {x[k]:.4f} {y[k]:.4f} {w[k]:.4f} {h[k]:.4f}\n" for k in range(6))
    outcomes = _look(dataset(tmp_path, labels))
    assert "as upper left corner and size" in outcomes["D210"].findings[0].message


@pytest.mark.parametrize("seed", range(5))
def test_boxes_cut_off_at_the_edges_are_not_taken_for_another_format(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels: Labels = {}
    for n in range(12):
        x0, y0 = rng.uniform(-0.04, 0.9, 6), rng.uniform(-0.04, 0.9, 6)
        w, h = rng.uniform(0.05, 0.5, 6), rng.uniform(0.05, 0.5, 6)
        x1, y1, x0, y0 = np.minimum(x0 + w, 1), np.minimum(y0 + h, 1), np.maximum(x0, 0), np.maximum(y0, 0)
        box = np.stack([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0], axis=1)
        split = "train" if n < 8 else "val"
        labels[f"{split}/{n}"] = "".join(f"{k % 3} " + " ".join(f"{v:.6f}" for v in box[k]) + "\n" for k in range(6))
    outcomes = _look(dataset(tmp_path, labels))
    assert [c for c in ("D206", "D207", "D208", "D210", "D213") if outcomes[c].status == "failed"] == []


def test_more_than_a_thousand_rows_are_reported_by_picture(tmp_path: Path) -> None:
    rows = "".join(f"9 0.{k:03} 0.5 0.01 0.01\n" for k in range(100, 310))
    outcome = _look(dataset(tmp_path, _set(4, 2, ROW + rows)))["D204"]
    assert len(outcome.findings) == 6 and "(210 such rows of this picture)" in outcome.findings[0].message
    assert outcome.findings[0].place.line == 4 and outcome.measured[0].value == 1260


def test_a_segmentation_set_is_no_fault(tmp_path: Path) -> None:
    polygon = "".join(f"{k} 0.1 0.1 0.4 0.1 0.4 0.5 0.2 0.7 0.{k + 1}5 0.6\n" for k in range(3))
    outcomes = _look(dataset(tmp_path, _set(4, 2, polygon)))
    assert [c for c, o in outcomes.items() if o.status == "failed"] == []
