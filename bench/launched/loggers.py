"""A loop that tells TensorBoard, Weights & Biases (offline) and MLflow (a local file) its loss and accuracy."""

from __future__ import annotations

import os
from pathlib import Path

os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "MLFLOW_ALLOW_FILE_STORE": "true"}

import mlflow
import torch
import wandb
from torch import nn
from torch.utils.tensorboard import SummaryWriter

writer = SummaryWriter("events")
wandb.init(project="tried")
mlflow.set_tracking_uri(Path("mlruns").resolve().as_uri())
model = nn.Linear(12, 4)
optimizer = torch.optim.SGD(model.parameters(), 0.05)
for epoch in range(3):
    for _ in range(4):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(torch.randn(8, 12)), torch.randint(0, 4, (8,)))
        loss.backward()
        optimizer.step()
    writer.add_scalar("Loss/train", loss, epoch)
    writer.add_scalars("Accuracy", {"val": 0.5}, epoch)
    wandb.log({"epoch": epoch, "val_acc": 0.5 + epoch / 10, "picture": wandb.Html("no number")})
    mlflow.log_metric("val_f1", 0.25, step=epoch)
    mlflow.log_metrics({"val_precision": 0.5, "val_recall": 0.75}, step=epoch)
writer.close()
wandb.finish()
