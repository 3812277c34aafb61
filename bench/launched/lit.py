"""A Lightning training with `self.log` and torchmetrics; devices as the first argument, `callback` adds ours."""

from __future__ import annotations

import sys
from typing import Any

import lightning
import torch
import torchmetrics
from torch.utils.data import DataLoader, TensorDataset


class Classifier(lightning.LightningModule):
    """One layer."""

    def __init__(self) -> None:
        super().__init__()
        self.net = torch.nn.Linear(12, 4)
        self.accuracy = torchmetrics.classification.MulticlassAccuracy(4)

    def training_step(self, batch: Any, index: int) -> torch.Tensor:
        """Loss."""
        loss = torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])
        self.log("train_loss", loss, on_epoch=True)
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        """Loss and accuracy."""
        scores = self.net(batch[0])
        self.accuracy(scores, batch[1])
        self.log("val_acc", self.accuracy)
        self.log("val_loss", torch.nn.functional.cross_entropy(scores, batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """SGD."""
        return torch.optim.SGD(self.parameters(), 0.1)


if __name__ == "__main__":
    devices = int(sys.argv[1])
    callbacks = []
    if "callback" in sys.argv:
        import traindx

        callbacks = [traindx.lightning.Callback()]
    loader = DataLoader(TensorDataset(torch.randn(64, 12), torch.randint(0, 4, (64,))), 8)
    lightning.Trainer(
        max_epochs=2,
        accelerator="cpu",
        devices=devices,
        strategy="ddp" if devices > 1 else "auto",
        enable_progress_bar=False,
        callbacks=callbacks,
    ).fit(Classifier(), loader, loader)
