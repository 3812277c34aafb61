"""`model=` of `traindx check`: what is built in another process, what is read from a checkpoint, and what is said of neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from traindx.cli.app import status_of
from traindx.inspect.anchor_head import AnchorHead, anchors_of
from traindx.inspect.network import structure_in

MODEL = """
import torch
from torch import nn
print("a line that nobody is to see")
def build():
    model = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))
    return model
"""


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Three folders of four pictures."""
    for kind in range(3):
        (tmp_path / "set" / "train" / f"kind{kind}").mkdir(parents=True)
        for number in range(4):
            picture = Image.effect_noise((48, 48), 30 + 10 * number).convert("RGB")
            picture.save(tmp_path / "set" / "train" / f"kind{kind}" / f"{number}.png")
    return tmp_path / "set"


def test_a_head_that_is_too_narrow_is_named_with_its_line(
    classes: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (classes.parent / "models.py").write_text(MODEL)
    monkeypatch.chdir(classes.parent)
    status = status_of(
        ["check", str(classes), "model=models.py:build", "imgsz=48", "batch=4", "select=M2", "format=json"]
    )
    told = capsys.readouterr()
    report: dict[str, Any] = json.loads(told.out)
    found = [f for o in report["outcomes"] if o["code"] == "M201" for f in o["findings"]]
    assert (status, report["verdict"], report["diagnoses"][0]["cause"]) == (1, "faulty", "head-class-mismatch")
    assert (found[0]["place"]["path"], found[0]["place"]["line"], found[0]["place"]["layer"]) == ("models.py", 6, "4")
    assert "nobody" not in told.err + told.out and not list(classes.parent.glob("**/__pycache__"))


def test_a_model_that_cannot_be_built_gives_2_and_the_dataset_is_examined(
    classes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (classes.parent / "broken.py").write_text("def build():\n    raise ValueError('no weights here')\n")
    status = status_of(["check", str(classes), f"model={classes.parent / 'broken.py'}:build", "format=json"])
    told = capsys.readouterr()
    assert status == 2 and told.err.count("\n") == 1
    assert "ValueError: no weights here" in told.err and "broken.py:2" in told.err
    assert any(o["status"] == "passed" for o in json.loads(told.out)["outcomes"])


class Detector:
    """Stands for a model of a library that is not imported."""

    def __init__(self) -> None:
        self.yaml = {"nc": 4, "backbone": [[-1, 1, "Conv", [8, 3, 2]]], "head": [[[0], 1, "Detect", ["nc"]]]}


def test_the_structure_in_a_checkpoint_is_read_and_nothing_executed(tmp_path: Path) -> None:
    torch.save({"model": Detector(), "ema": None}, tmp_path / "last.pt")
    torch.save({"state_dict": {"w": torch.zeros(2)}}, tmp_path / "plain.pt")
    found = structure_in(tmp_path / "last.pt")
    assert found is not None and found["nc"] == 4
    assert structure_in(tmp_path / "plain.pt") is None


def test_a_checkpoint_of_weights_alone_is_told(
    classes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"state_dict": {"w": torch.zeros(2)}}, tmp_path / "plain.pt")
    assert status_of(["check", str(classes), f"model={tmp_path / 'plain.pt'}", "select=M2"]) == 2
    assert "holds weights" in capsys.readouterr().err


def test_anchors_that_do_not_fit_are_told_in_words() -> None:
    strides = (8.0, 16.0)
    assert anchors_of([[10, 13, 16, 30], [30, 61, 62, 45]], strides)[0] == ""
    assert "1 levels of anchors for the 2" in anchors_of([[10, 13]], strides)[0]
    assert "odd number" in anchors_of([[10, 13, 16], [30, 61]], strides)[0]
    assert "different numbers" in anchors_of([[10, 13, 16, 30], [30, 61]], strides)[0]
    assert "no area" in anchors_of([[10, 0], [30, 61]], strides)[0]
    assert anchors_of(3, strides) == ("", [])


def test_the_head_of_yolov5_begins_with_few_objects_and_even_classes() -> None:
    head = AnchorHead(4, 3, (8, 16), torch.tensor([8.0, 16.0]))
    levels = head([torch.zeros(2, 8, 4, 4), torch.zeros(2, 16, 2, 2)])
    assert [tuple(level.shape) for level in levels] == [(2, 3, 4, 4, 9), (2, 3, 2, 2, 9)]
    assert float(levels[0].detach()[..., 4].sigmoid().mean()) == pytest.approx(8 / 6400, rel=0.4)
    assert float(levels[0].detach()[..., 5:].sigmoid().mean()) == pytest.approx(0.6 / 3.6, rel=0.4)
