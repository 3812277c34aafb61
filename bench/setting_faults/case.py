"""A case: files, a command, a machine, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """`files` by name lie in the command's folder. `code` is that of the check that must find the fault, empty of a sound case;
    `place` is the file and line or the setting at which it must. `machine` replaces what was measured.
    """

    name: str
    command: str
    files: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    place: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)


YOLOV5 = """import argparse

parser = argparse.ArgumentParser()
for name in ("--weights", "--cfg", "--data", "--hyp", "--optimizer", "--device", "--freeze"):
    parser.add_argument(name)
parser.add_argument("--epochs", type=int, default=100)
parser.add_argument("--batch-size", "--batch", type=int, default=16)
parser.add_argument("--imgsz", "--img", type=int, default=640)
opt = parser.parse_args()
"""
"""The options of YOLOv5's train.py; what follows them is not needed to read the command."""

HYP = """lr0: 0.01
lrf: 0.01
momentum: 0.937
weight_decay: 0.0005
warmup_epochs: 3.0
warmup_momentum: 0.8
warmup_bias_lr: 0.1
box: 0.05
cls: 0.5
cls_pw: 1.0
obj: 1.0
obj_pw: 1.0
iou_t: 0.20
anchor_t: 4.0
fl_gamma: 0.0
hsv_h: 0.015
hsv_s: 0.7
hsv_v: 0.4
degrees: 0.0
translate: 0.1
scale: 0.5
shear: 0.0
perspective: 0.0
flipud: 0.0
fliplr: 0.5
mosaic: 1.0
mixup: 0.0
copy_paste: 0.0
"""
"""The names and values of YOLOv5's usual hyperparameters."""

LOOP = """import argparse

import torch
from torch.optim import lr_scheduler

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=90)
parser.add_argument("--lr", type=float, default=0.1)
args = parser.parse_args()
model, train_loader, val_loss, val_acc = build()
optimizer = {optimizer}
scheduler = {scheduler}
for epoch in range({epochs}):
    for images, targets in train_loader:
        loss = model(images, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        {each_batch}
    {each_epoch}
"""
"""A training loop with places for its optimizer (line 11), schedule (12), and where the schedule is stepped (19, 20)."""


def loop(
    scheduler: str = "None",
    *,
    optimizer: str = "torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)",
    epochs: str = "args.epochs",
    each_batch: str = "pass",
    each_epoch: str = "pass",
) -> dict[str, str]:
    """The loop as the file train.py."""
    parts = {"scheduler": scheduler, "optimizer": optimizer, "epochs": epochs}
    return {"train.py": LOOP.format(**parts, each_batch=each_batch, each_epoch=each_epoch)}
