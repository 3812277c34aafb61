"""`--apply`: what is shown, what is written, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.remedy.scripts import SCRIPT, edited, remedied
from traindx.cli.apply import Applying, show, write
from traindx.cli.apply_dataset import write_dataset
from traindx.core.report import Diagnosis, Report
from traindx.errors import TraindxError
from traindx.scan import scan

FAULT = edited(("momentum=0.9)", "momentum=0.999)"))


def test_without_a_place_the_diff_is_shown_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    remedy = remedied(tmp_path, FAULT, "momentum-too-high")
    show(remedy)
    write(remedy, Applying(True, None, False))
    said = capsys.readouterr().err
    assert "\n-optimizer" in said and "\n+optimizer" in said and "nothing was written" in said
    assert [p.name for p in tmp_path.iterdir()] == ["train.py"] and (tmp_path / "train.py").read_text() == FAULT


def test_a_folder_gets_the_changed_file_and_the_patch(tmp_path: Path) -> None:
    remedy = remedied(tmp_path, FAULT, "momentum-too-high")
    write(remedy, Applying(True, tmp_path / "out", False))
    assert (tmp_path / "out" / "train.py").read_text() == SCRIPT and (tmp_path / "train.py").read_text() == FAULT
    assert (tmp_path / "out" / "fix.patch").read_text().startswith("--- a/train.py\n+++ b/train.py\n")


def test_in_place_the_old_files_stay_beside_the_new(tmp_path: Path) -> None:
    (tmp_path / "train.py.before").write_text("somebody's own")
    write(remedied(tmp_path, FAULT, "momentum-too-high"), Applying(True, None, True))
    assert (tmp_path / "train.py").read_text() == SCRIPT and (tmp_path / "train.py.before-1").read_text() == FAULT
    assert (tmp_path / "train.py.before").read_text() == "somebody's own"


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    remedy = remedied(tmp_path, FAULT, "momentum-too-high")
    (tmp_path / "train.py").write_text("import torch\n")
    with pytest.raises(TraindxError, match="was changed meanwhile"):
        write(remedy, Applying(True, None, True))
    assert (tmp_path / "train.py").read_text() == "import torch\n"


def test_a_change_whose_run_failed_is_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(remedied(tmp_path, FAULT, "momentum-too-high"), Applying(True, None, True), "refuted")
    assert (tmp_path / "train.py").read_text() == FAULT and "does not train" in capsys.readouterr().err


def test_a_place_without_apply_is_refused() -> None:
    with pytest.raises(TraindxError, match="belong to --apply"):
        Applying(False, Path("out"), False)


def test_labels_that_are_proved_at_fault_are_repaired_in_a_copy(faulty_set: Path, tmp_path: Path) -> None:
    report = Report("faulty", (Diagnosis("one-based-class-ids", "proved", 0.99),), (), {"data": str(faulty_set)})
    write_dataset(report, tmp_path / "out")
    assert set(scan(tmp_path / "out" / "dataset" / "data.yaml").boxes.class_id.tolist()) == {0, 1}
    assert set(scan(faulty_set).boxes.class_id.tolist()) == {1, 2}
