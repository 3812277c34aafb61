"""Callbacks of frameworks record as `traindx run` does, and add nothing where something records already."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

import traindx
from tests.recorder.test_ultralytics import drawn_dataset
from traindx.core.metrics import metrics_of
from traindx.core.recording import Recording
from traindx.readers.recorded import history_in
from traindx.recorder.attach import attached_session

warnings.filterwarnings("ignore", module="lightning|transformers")


def loader() -> DataLoader[Any]:
    generator = torch.Generator().manual_seed(0)
    pictures, classes = torch.randn(32, 12, generator=generator), torch.randint(0, 4, (32,), generator=generator)
    return DataLoader(TensorDataset(pictures, classes), 8)


def lightning_fit(tmp_path: Path, *callbacks: Any, fail: bool = False, logger: bool = False) -> torch.Tensor:
    """Two epochs in Lightning; the weights after them."""
    import lightning

    class Classifier(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = torch.nn.Linear(12, 4)

        def training_step(self, batch: Any, index: int) -> torch.Tensor:
            if fail and self.global_step == 5:
                raise ValueError("bad batch")
            loss = torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])
            self.log("train_loss", loss, on_step=False, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, index: int) -> None:
            scores = self.net(batch[0])
            self.log("val_loss", torch.nn.functional.cross_entropy(scores, batch[1]))
            self.log("val_acc", (scores.argmax(1) == batch[1]).float().mean())

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.1)

    torch.manual_seed(0)
    model = Classifier()
    lightning.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=logger,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=list(callbacks),
        default_root_dir=tmp_path,
    ).fit(model, loader(), loader())
    return model.net.weight.detach()


def test_lightning_is_recorded_with_what_it_logs_and_its_weights_are_the_same(tmp_path: Path) -> None:
    plain = lightning_fit(tmp_path)
    callback = traindx.lightning.Callback(tmp_path / "recording")
    assert torch.equal(lightning_fit(tmp_path, callback), plain)
    assert attached_session(torch) is None
    recording = Recording.load(tmp_path / "recording")
    assert len(recording.step) == 8 and recording.ending == "finished" and np.isfinite(recording.loss).all()
    assert [(e.data["number"], e.step) for e in recording.of("epoch")] == [(0, 0), (1, 4)]
    history = history_in(recording)
    assert history is not None and history.epoch.tolist() == [0, 1]
    np.testing.assert_allclose(history.train_loss, [recording.loss[:4].mean(), recording.loss[4:].mean()], rtol=1e-5)
    assert metrics_of(recording)["val_acc"].step.tolist() == [4, 8]
    lightning_fit(tmp_path, callback)
    assert len(Recording.load(tmp_path / "recording-2").step) == 8


def test_an_error_in_lightning_passes_and_stands_in_the_recording_with_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bad batch") as raised:
        lightning_fit(tmp_path, traindx.lightning.Callback(tmp_path / "recording"), fail=True)
    assert raised.traceback[-1].name == "training_step"
    recording = Recording.load(tmp_path / "recording")
    (event,) = recording.of("exception")
    assert recording.ending == "raised" and event.data["type"] == "ValueError" and event.step == 5
    assert attached_session(torch) is None


def test_inside_a_recorded_block_a_callback_adds_nothing(tmp_path: Path) -> None:
    with traindx.record(folder=tmp_path / "outer"):
        session = attached_session(torch)
        lightning_fit(tmp_path, traindx.lightning.Callback(tmp_path / "inner"))
        assert attached_session(torch) is session
    assert not (tmp_path / "inner").exists()
    recording = Recording.load(tmp_path / "outer")
    assert len(recording.step) == 8 and len(metrics_of(recording)["val_acc"]) == 2


def test_the_trainer_of_hugging_face_is_recorded_with_what_it_logs(tmp_path: Path) -> None:
    from transformers import Trainer, TrainingArguments, ViTConfig, ViTForImageClassification

    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = ViTConfig(**size, image_size=8, patch_size=4, num_labels=3)
    data: Any = [{"pixel_values": torch.full((3, 8, 8), i / 16), "labels": i % 3} for i in range(16)]
    arguments = TrainingArguments(
        str(tmp_path / "out"),
        num_train_epochs=2,
        per_device_train_batch_size=4,
        eval_strategy="epoch",
        save_strategy="no",
        logging_steps=2,
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    callback = traindx.huggingface.Callback(tmp_path / "recording")
    model = ViTForImageClassification(config)
    Trainer(model, arguments, train_dataset=data, eval_dataset=data, callbacks=[callback]).train()
    assert attached_session(torch) is None
    recording = Recording.load(tmp_path / "recording")
    assert recording.model == "ViTForImageClassification" and len(recording.step) == 8
    assert [(e.data["number"], e.data["source"]) for e in recording.of("epoch")] == [
        (0, "transformers"),
        (1, "transformers"),
    ]
    series = metrics_of(recording)
    assert series["loss"].step.tolist() == [2, 4, 6, 8] and series["eval_loss"].epoch.tolist() == [1, 2]
    assert series["loss"].value[0] == pytest.approx(recording.loss[:2].mean(), abs=1e-3)
    history = history_in(recording)
    assert history is not None and len(history) == 2 and np.isfinite(history.val_loss).all()


YOLO = """
from pathlib import Path
import traindx
from ultralytics import YOLO
model = traindx.ultralytics.add_to(YOLO("yolov8n.yaml"), "recording")
model.train(data="data.yaml", epochs=2, imgsz=64, batch=4, workers=0, device="cpu", plots=False,
            project=str(Path("runs").resolve()))
"""


@pytest.mark.slow
def test_an_ultralytics_model_is_recorded_with_what_its_trainer_saves(tmp_path: Path) -> None:
    drawn_dataset(tmp_path)
    (tmp_path / "train.py").write_text(YOLO)
    env = {**os.environ, "OMP_NUM_THREADS": "1", "YOLO_CONFIG_DIR": str(tmp_path / "config"), "YOLO_OFFLINE": "true"}
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    recording = Recording.load(tmp_path / "recording")
    (log,) = (tmp_path / "runs").glob("**/results.csv")
    saved = [line.split(",") for line in log.read_text().splitlines()]
    column = [float(row[saved[0].index("val/box_loss")]) for row in saved[1:]]
    series = metrics_of(recording)
    np.testing.assert_allclose(series["val/box_loss"].value, column, rtol=1e-4)
    assert {"fitness", "metrics/mAP50(B)", "train/cls_loss", "lr/pg0"} <= set(series)
    assert [e.data["number"] for e in recording.of("epoch")] == [0, 1] and recording.ending == "finished"
    history = history_in(recording)
    assert history is not None and set(history.val_parts) == {"box", "cls", "dfl"} and len(history) == 2
