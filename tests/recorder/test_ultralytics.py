"""An unmodified Ultralytics training is recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.recorder.conftest import Done

SCRIPT = """
from ultralytics import YOLO
YOLO("yolov8n.yaml").train(data="data.yaml", epochs=1, imgsz=64, batch=4, workers=0, device="cpu", plots=False,
                           project="runs", optimizer="SGD", lr0=0.01, verbose=False)
"""


def drawn_dataset(home: Path) -> None:
    """Eight pictures with a square each, and their labels."""
    for split in ("train", "val"):
        (home / "images" / split).mkdir(parents=True)
        (home / "labels" / split).mkdir(parents=True)
        for number in range(8):
            picture = Image.new("RGB", (64, 64), (30 * number, 80, 160))
            ImageDraw.Draw(picture).rectangle((16, 16, 40, 40), fill=(220, 40, 40))
            picture.save(home / "images" / split / f"{number}.png")
            (home / "labels" / split / f"{number}.txt").write_text("0 0.4375 0.4375 0.375 0.375\n")
    (home / "data.yaml").write_text(f"path: {home}\ntrain: images/train\nval: images/val\nnames: [square]\n")


@pytest.mark.slow
def test_yolo_is_recorded_with_losses_inputs_layers_and_validation(tmp_path: Path, run: Callable[..., Done]) -> None:
    drawn_dataset(tmp_path)
    done = run(SCRIPT, env={"YOLO_CONFIG_DIR": str(tmp_path / "config"), "YOLO_OFFLINE": "true"})
    assert done.result.exit_status == 0, done.output[-3000:]
    recording = done.recording
    assert recording.model == "DetectionModel" and len(recording.step) >= 1
    assert np.isfinite(recording.loss).all() and (recording.training == 1).all()
    details = recording.details[0]
    assert (
        details["inputs"]["shape"] == [4, 3, 64, 64] and 0 <= details["inputs"]["min"] < details["inputs"]["max"] <= 1
    )
    assert np.isfinite(recording.grad_norm[0]) and np.isfinite(recording.update_norm[0])
    assert len(recording.layers) > 100 and np.isfinite(recording.per_layer("std")[0]).mean() > 0.9
    assert str(recording.sources["backward"]) == "train.py:3"
    assert recording.calls[0].strip("zl").startswith("fbfb") and recording.calls[0].endswith("cs")
    assert recording.optimizers[0].kind == "SGD" and len(recording.optimizers[0].groups) == 3
    assert recording.validations
    (settings,) = recording.lines["settings"]
    assert settings["values"]["lr0"] == 0.01 and settings["values"]["close_mosaic"] == 10
    assert {"epochs", "optimizer", "data"} <= set(settings["asked"]) and "lr0" not in settings["asked"]
