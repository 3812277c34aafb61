"""What a framework said of its settings while it was recorded completes what the command says."""

from __future__ import annotations

from pathlib import Path

from traindx.core.recording import recording_of
from traindx.core.setup import Setup
from traindx.inspect.told import with_told


def test_a_dataset_and_a_rate_that_the_script_reads_from_elsewhere_are_known(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("train: images\nval: images\nnames: [cell]\n")
    values = {"data": "data.yaml", "lr0": 1.0, "momentum": 0.937, "epochs": 3}
    line = {"kind": "settings", "step": 0, "source": "ultralytics", "values": values, "asked": ["data", "lr0"]}
    setup = with_told(Setup(("python", "train.py"), str(tmp_path), "pytorch"), recording_of([line]))
    assert setup.framework == "ultralytics"
    assert setup.settings == {"data": "data.yaml", "lr0": 1.0}, "what is a default was not asked for"
    assert setup.datasets == (str(tmp_path / "data.yaml"),)


def test_a_training_of_another_framework_keeps_its_setup(tmp_path: Path) -> None:
    setup = Setup(("python", "train.py"), str(tmp_path), "pytorch")
    assert with_told(setup, recording_of([])) is setup
