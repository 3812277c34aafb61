"""A Hugging Face Trainer: a tiny ViT from its configuration, evaluated after each epoch; `callback` adds ours."""

from __future__ import annotations

import sys
from typing import Any

import torch
from transformers import Trainer, TrainingArguments, ViTConfig, ViTForImageClassification

config = ViTConfig(
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    image_size=16,
    patch_size=8,
    num_labels=3,
)
data: list[dict[str, Any]] = [{"pixel_values": torch.randn(3, 16, 16), "labels": i % 3} for i in range(32)]
arguments = TrainingArguments(
    "out",
    num_train_epochs=2,
    per_device_train_batch_size=4,
    eval_strategy="epoch",
    logging_steps=4,
    report_to=[],
    use_cpu=True,
    disable_tqdm=True,
)
callbacks = []
if "callback" in sys.argv:
    import traindx

    callbacks = [traindx.huggingface.Callback()]


def accuracy(prediction: Any) -> dict[str, float]:
    """The share that is right."""
    return {"accuracy": float((prediction.predictions.argmax(-1) == prediction.label_ids).mean())}


Trainer(
    ViTForImageClassification(config),
    arguments,
    train_dataset=data,
    eval_dataset=data,
    compute_metrics=accuracy,
    callbacks=callbacks,
).train()
