"""Kinds of training in which a framework has the loop."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from drawn import STEPS, Loss, data, network
from torch import nn


def lightning() -> nn.Module:
    """Lightning's Trainer."""
    import lightning as pl

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = network()

        def training_step(self, batch: Any, number: int) -> torch.Tensor:
            loss = Loss(self.net(batch[0]), batch[1])
            self.log("loss", loss)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.AdamW(self.parameters(), 1e-3)

    module = Module()
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    trainer = pl.Trainer(max_steps=STEPS, accelerator="cpu", **quiet)
    trainer.fit(module, torch.utils.data.DataLoader(data(), 16, shuffle=True))
    return module


def huggingface() -> nn.Module:
    """Transformers' Trainer with a small ViT."""
    from transformers import Trainer, TrainingArguments, ViTConfig, ViTForImageClassification

    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    model = ViTForImageClassification(ViTConfig(image_size=12, patch_size=4, num_labels=4, **shape))
    rows = [{"pixel_values": x, "labels": y} for x, y in data()]
    with tempfile.TemporaryDirectory() as home:
        options = TrainingArguments(
            home,
            max_steps=STEPS,
            per_device_train_batch_size=16,
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            save_strategy="no",
            logging_steps=8,
        )
        Trainer(model, options, train_dataset=rows).train()
    return model


def ultralytics() -> nn.Module:
    """Ultralytics' YOLOv8n from its yaml, on drawn squares."""
    from PIL import Image, ImageDraw
    from ultralytics import YOLO

    with tempfile.TemporaryDirectory() as home:
        for split in ("train", "val"):
            for kind in ("images", "labels"):
                (Path(home) / kind / split).mkdir(parents=True)
            for number in range(16):
                picture = Image.new("RGB", (64, 64), (40, 40, 40))
                left, top = (int(v) for v in torch.randint(4, 36, (2,)))
                ImageDraw.Draw(picture).rectangle((left, top, left + 20, top + 20), fill=(220, 60, 60))
                picture.save(Path(home) / "images" / split / f"{number}.png")
                row = f"0 {(left + 10) / 64} {(top + 10) / 64} {20 / 64} {20 / 64}\n"
                (Path(home) / "labels" / split / f"{number}.txt").write_text(row)
        (Path(home) / "data.yaml").write_text(f"path: {home}\ntrain: images/train\nval: images/val\nnames: [square]\n")
        model = YOLO("yolov8n.yaml")
        model.train(
            data=f"{home}/data.yaml",
            epochs=2,
            imgsz=64,
            batch=8,
            nbs=8,
            workers=0,
            device="cpu",
            project=home,
            plots=False,
            verbose=False,
            seed=0,
        )
        return model.trainer.model
