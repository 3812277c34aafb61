"""What a command asks for."""

from __future__ import annotations

from pathlib import Path

from traindx.inspect.setup import setup_of

DATA = "train: images/train\nval: images/val\nnames: [a, b]\n"


def test_settings_are_read_in_both_spellings(tmp_path: Path) -> None:
    setup = setup_of(["yolo", "detect", "train", "lr0=0.1", "--batch", "16", "--cos-lr", "--epochs=3"], tmp_path)
    assert setup.settings == {"lr0": "0.1", "batch": "16", "cos-lr": "true", "epochs": "3"}
    assert setup.framework == "ultralytics"


def test_the_framework_is_told_by_the_imports_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import torch\nfrom lightning import Trainer\n")
    assert setup_of(["python", "train.py"], tmp_path).framework == "lightning"
    (tmp_path / "train.py").write_text("import torch  # unlike ultralytics\n")
    assert setup_of(["python", "train.py"], tmp_path).framework == "pytorch"


def test_a_dataset_is_found_in_the_command_and_in_the_script(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text(DATA)
    (tmp_path / "model.yaml").write_text("nc: 3\nbackbone: []\n")
    expected = (str((tmp_path / "data.yaml").resolve()),)
    assert setup_of(["yolo", "train", "data=data.yaml", "model=model.yaml"], tmp_path).datasets == expected
    (tmp_path / "train.py").write_text("from ultralytics import YOLO\nYOLO('model.yaml').train(data='data.yaml')\n")
    assert setup_of(["python", "train.py"], tmp_path).datasets == expected


def test_nothing_in_a_yaml_is_executed(tmp_path: Path) -> None:
    evil = tmp_path / "data.yaml"
    evil.write_text(f"train: !!python/object/apply:os.system ['touch {tmp_path}/ran']\nnames: [a]\n")
    assert setup_of(["yolo", "train", "data=data.yaml"], tmp_path).datasets == ()
    assert not (tmp_path / "ran").exists()
