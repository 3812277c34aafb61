"""Faults of class folders, from the folders to the diagnosis."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.found import report_of
from tests.scan.drawn import jpeg, write
from traindx.core.report import Report

CLASSES = ("ant", "bee", "cat")


def folders(root: Path, train: int = 6, val: int = 4) -> Path:
    """Three classes in two splits."""
    for c, name in enumerate(CLASSES):
        for split, each, seed in (("train", train, 0), ("val", val, 500)):
            for n in range(each):
                write(root / f"{split}/{name}/{n}.jpg", jpeg(seed + 20 * c + n))
    return root


def errors(report: Report) -> dict[str, list[str | None]]:
    """Places of the findings at level error, by code."""
    failed = [o for o in report.outcomes if o.level == "error" and o.status == "failed"]
    return {o.code: [f.place.path or f.place.image for f in o.findings] for o in failed}


def causes(report: Report) -> list[str]:
    return [d.cause for d in report.diagnoses if d.status == "proved"]


def test_a_sound_set_is_healthy(tmp_path: Path) -> None:
    assert report_of(folders(tmp_path)).verdict == "healthy"


@pytest.mark.parametrize("pictures", [0, 3])
def test_what_a_notebook_leaves_is_a_wrong_layout_and_nothing_else(tmp_path: Path, pictures: int) -> None:
    folders(tmp_path)
    (tmp_path / "train/.ipynb_checkpoints").mkdir()
    for n in range(pictures):
        write(tmp_path / f"train/.ipynb_checkpoints/{n}.jpg", jpeg(900 + n))
    report = report_of(tmp_path)
    assert errors(report) == {"D402": ["train/.ipynb_checkpoints"]} and causes(report) == ["wrong-dataset-layout"]


def test_folders_of_val_that_train_has_not_shift_the_ids(tmp_path: Path) -> None:
    folders(tmp_path)
    (tmp_path / "val/ant").rename(tmp_path / "val/dog")
    report = report_of(tmp_path)
    assert errors(report)["D311"] == ["val", "val/dog"] and "class-map-mismatch" in causes(report)
    text = next(o for o in report.outcomes if o.code == "D311").findings[0].message
    assert "id 0 is bee there and ant in train" in text


def test_a_folder_in_another_case_is_another_class(tmp_path: Path) -> None:
    folders(tmp_path)
    (tmp_path / "val/bee").rename(tmp_path / "val/Bee")
    assert "class-map-mismatch" in causes(report_of(tmp_path))


def test_a_last_class_that_val_lacks_moves_no_id(tmp_path: Path) -> None:
    folders(tmp_path, train=3, val=1)
    (tmp_path / "val/cat/0.jpg").unlink()
    (tmp_path / "val/cat").rmdir()
    report = report_of(tmp_path)
    assert report.verdict == "healthy"
    assert "missing-class" in [d.cause for d in report.diagnoses if d.status == "consistent"]


def test_a_class_that_train_lacks_is_an_error(tmp_path: Path) -> None:
    folders(tmp_path, train=24, val=4)
    for picture in (tmp_path / "train/cat").iterdir():
        picture.rename(tmp_path / f"val/bee/x{picture.name}")
    (tmp_path / "train/cat").rmdir()
    assert "D311" in errors(report_of(tmp_path))


def test_a_flat_val_is_a_wrong_layout(tmp_path: Path) -> None:
    folders(tmp_path)
    for name in CLASSES:
        for picture in (tmp_path / "val" / name).iterdir():
            picture.rename(tmp_path / f"val/{name}-{picture.name}")
        (tmp_path / "val" / name).rmdir()
    report = report_of(tmp_path)
    assert errors(report) == {"D404": ["val"]} and causes(report) == ["wrong-dataset-layout"]


def test_a_flat_test_without_labels_is_healthy(tmp_path: Path) -> None:
    folders(tmp_path)
    write(tmp_path / "test/a.jpg", jpeg(950))
    assert report_of(tmp_path).verdict == "healthy"


def test_folders_with_further_folders_are_a_note(tmp_path: Path) -> None:
    folders(tmp_path)
    write(tmp_path / "train/ant/monday/a.jpg", jpeg(960))
    report = report_of(tmp_path)
    assert report.verdict == "healthy"
    assert next(o for o in report.outcomes if o.code == "D407").findings[0].place.path == "train/ant"
