"""Lightning: a LightningModule with validation, AdamW and a cosine schedule per step."""

import lightning as L
import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet


class Lit(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.model = ConvNet()

    def training_step(self, batch, _):
        x, y = batch
        loss = F.cross_entropy(self.model(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, _):
        x, y = batch
        out = self.model(x)
        self.log_dict(
            {"val_loss": F.cross_entropy(out, y), "val_acc": (out.argmax(1) == y).float().mean()}, prog_bar=True
        )

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=3e-3)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.trainer.estimated_stepping_batches)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


if __name__ == "__main__":
    train_loader, val_loader = digit_loaders()
    trainer = L.Trainer(
        max_epochs=3,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        log_every_n_steps=10,
    )
    trainer.fit(Lit(), train_loader, val_loader)
    print({k: round(v.item(), 3) for k, v in trainer.callback_metrics.items()})
