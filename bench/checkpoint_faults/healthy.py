"""Healthy checkpoints as libraries write them: each function writes some into a folder and returns their paths."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from bench.checkpoint_faults.trained import fresh, network
from torch import nn

Writer = Callable[[Path], Iterator[Path]]

TORCHVISION = ("resnet18", "mobilenet_v3_small", "densenet121", "googlenet", "shufflenet_v2_x0_5", "vit_b_16", "swin_t",
               "efficientnet_b0", "convnext_tiny", "mnasnet0_5", "regnet_y_400mf", "squeezenet1_0")  # fmt: skip
DETECTORS = (
    "fasterrcnn_mobilenet_v3_large_320_fpn",
    "ssdlite320_mobilenet_v3_large",
    "fcos_resnet50_fpn",
    "retinanet_resnet50_fpn",
)
TIMM = ("resnet10t", "vit_tiny_patch16_224", "efficientnet_lite0", "convnext_atto", "mobilevit_xxs", "lcnet_050", "ghostnet_100",
        "repvgg_a0", "poolformer_s12", "xcit_nano_12_p16_224", "deit_tiny_distilled_patch16_224", "mixer_s32_224", "levit_128s",
        "edgenext_xx_small", "cait_xxs24_224", "crossvit_tiny_240", "rexnet_100", "tinynet_e")  # fmt: skip
YAMLS = (
    "yolov5n.yaml",
    "yolov8n.yaml",
    "yolo11n.yaml",
    "yolov8n-cls.yaml",
    "yolov8n-seg.yaml",
    "yolov10n.yaml",
)


def own_loops(folder: Path) -> Iterator[Path]:
    """Loops that save all, weights alone, in half precision, the model as a whole, in the old format, without checksums."""
    content = fresh()
    sgd = fresh(optimizer=torch.optim.SGD, momentum=0.0)
    for name, what in (
        ("last.pt", content),
        ("weights.pth", content["model"]),
        ("best.pt", {"model": content["model"], "epoch": 3, "accuracy": 0.9}),
        ("half.pth", {k: v.half() if v.is_floating_point() else v for k, v in content["model"].items()}),
        ("untrained.pt", network().state_dict()),
        ("whole.pt", network()),
        ("sgd.pt", sgd),
        (
            "constant_rate.pt",
            {"model": content["model"], "optimizer": torch.optim.SGD(network().parameters(), 0.1).state_dict()},
        ),
    ):
        torch.save(what, folder / name)
        yield folder / name
    torch.save(content, folder / "old.pt", _use_new_zipfile_serialization=False)
    torch.serialization.set_crc32_options(False)
    torch.save(content, folder / "no_sums.pt")
    torch.serialization.set_crc32_options(True)
    yield folder / "old.pt"
    yield folder / "no_sums.pt"


def torchvision_reference(folder: Path) -> Iterator[Path]:
    """What torchvision's references/classification/train.py saves."""
    import torchvision

    model = torchvision.models.resnet18(num_classes=10)
    stepping = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    plan = torch.optim.lr_scheduler.StepLR(stepping, 30)
    model(torch.randn(4, 3, 64, 64)).sum().backward()
    stepping.step()
    plan.step()
    average = torch.optim.swa_utils.AveragedModel(model, use_buffers=True)
    average.update_parameters(model)
    content = {
        "model": model.state_dict(),
        "optimizer": stepping.state_dict(),
        "lr_scheduler": plan.state_dict(),
        "epoch": 3,
    }
    torch.save(
        content | {"args": argparse.Namespace(amp=False), "model_ema": average.state_dict()}, folder / "checkpoint.pth"
    )
    yield folder / "checkpoint.pth"


def timm_saver(folder: Path) -> Iterator[Path]:
    """timm's CheckpointSaver with averaged weights."""
    import timm
    from timm.utils import CheckpointSaver, ModelEmaV2

    model = timm.create_model("resnet10t", num_classes=10)
    stepping, average = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9), ModelEmaV2(model)
    model(torch.randn(4, 3, 64, 64)).sum().backward()
    stepping.step()
    average.update(model)
    args = SimpleNamespace(model="resnet10t", amp=False)
    saver = CheckpointSaver(
        model, stepping, args=args, model_ema=average, checkpoint_dir=str(folder), recovery_dir=str(folder)
    )
    saver.save_checkpoint(0, metric=1.0)
    saver.save_checkpoint(1, metric=2.0)
    yield from (folder / "last.pth.tar", folder / "model_best.pth.tar")


def lightning(folder: Path) -> Iterator[Path]:
    """Lightning's Trainer."""
    import lightning as L

    class Module(L.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = network()

        def training_step(self, batch: Any, _: int) -> torch.Tensor:
            return nn.functional.cross_entropy(self.net(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            stepping = torch.optim.AdamW(self.parameters())
            return [stepping], [torch.optim.lr_scheduler.StepLR(stepping, 1)]

    held = torch.utils.data.TensorDataset(torch.randn(32, 3, 16, 16), torch.randint(0, 10, (32,)))
    loader = torch.utils.data.DataLoader(held, 8)
    trainer = L.Trainer(
        max_epochs=2, accelerator="cpu", default_root_dir=folder, logger=False, enable_progress_bar=False
    )
    trainer.fit(Module(), loader)
    yield from folder.rglob("*.ckpt")
    trainer.save_checkpoint(folder / "weights.ckpt", weights_only=True)
    yield folder / "weights.ckpt"


def hugging_face(folder: Path) -> Iterator[Path]:
    """The Trainer, with optimizer and with weights alone."""
    from transformers import ResNetConfig, ResNetForImageClassification, Trainer, TrainingArguments

    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], num_labels=4)
    held = [{"pixel_values": torch.randn(3, 32, 32), "labels": i % 4} for i in range(16)]
    for name, alone in (("all", False), ("weights", True)):
        arguments = TrainingArguments(
            str(folder / name),
            num_train_epochs=2,
            save_strategy="epoch",
            report_to=[],
            use_cpu=True,
            save_only_model=alone,
        )
        Trainer(ResNetForImageClassification(config), arguments, train_dataset=held).train()
        yield folder / name


def ultralytics_trainer(folder: Path) -> Iterator[Path]:
    """Ultralytics, in the middle of a training and at its end."""
    from ultralytics import YOLO

    model = YOLO("yolov8n.yaml")
    model.add_callback("on_model_save", lambda t: shutil.copy(t.last, folder / "middle.pt"))
    data = _drawn_set(folder / "data")
    where = {"project": str(folder), "name": "run", "exist_ok": True}
    model.train(data=str(data), epochs=1, imgsz=64, batch=4, workers=0, plots=False, val=False, verbose=False, **where)
    yield from (folder / "middle.pt", folder / "run/weights/last.pt", folder / "run/weights/best.pt")


def _drawn_set(root: Path) -> Path:
    """Eight pictures of noise with one bright square each."""
    import numpy as np
    from PIL import Image

    drawn = np.random.default_rng(0)
    for split in ("train", "val"):
        for part in ("images", "labels"):
            (root / part / split).mkdir(parents=True)
        for i in range(8):
            pixels = drawn.integers(0, 80, (64, 64, 3), dtype=np.uint8)
            pixels[16:40, 20:44] = 220
            Image.fromarray(pixels).save(root / "images" / split / f"{i}.png")
            (root / "labels" / split / f"{i}.txt").write_text("0 0.5 0.4375 0.375 0.375\n")
    (root / "data.yaml").write_text(f"path: {root}\ntrain: images/train\nval: images/val\nnames: [square]\n")
    return root / "data.yaml"


def stock_models(folder: Path) -> Iterator[Path]:
    """Weights of stock models as they come from their constructors, one file each."""
    import timm
    import torchvision
    from safetensors.torch import save_file
    from ultralytics import YOLO

    path = folder / "model.pth"
    for name in TORCHVISION:
        torch.save(torchvision.models.get_model(name, weights=None).state_dict(), path)
        yield path
    for name in DETECTORS:
        torch.save(torchvision.models.get_model(name, weights=None, weights_backbone=None).state_dict(), path)
        yield path
    for name in TIMM:
        model = timm.create_model(name)
        torch.save({"state_dict": model.state_dict(), "epoch": 0}, path)
        yield path
        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors")
        yield folder / "model.safetensors"
    for name in YAMLS:
        torch.save({"model": YOLO(name).model, "epoch": -1}, path)
        yield path


HEALTHY: tuple[Writer, ...] = (
    own_loops, torchvision_reference, timm_saver, lightning, hugging_face, ultralytics_trainer, stock_models,
)  # fmt: skip
