"""Hugging Face's Trainer with a small ViT, evaluated each epoch."""

import tempfile

import numpy as np
from data import digit_tensors
from transformers import Trainer, TrainingArguments, ViTConfig, ViTForImageClassification


def rows(pictures, classes):
    return [{"pixel_values": x, "labels": int(y)} for x, y in zip(pictures, classes)]


def accuracy(prediction):
    return {"accuracy": float((np.argmax(prediction.predictions, 1) == prediction.label_ids).mean())}


x, y, vx, vy = digit_tensors(24, count=1024)
config = ViTConfig(
    hidden_size=48,
    num_hidden_layers=3,
    num_attention_heads=4,
    intermediate_size=96,
    image_size=24,
    patch_size=4,
    num_channels=1,
    num_labels=10,
)
arguments = TrainingArguments(
    output_dir=tempfile.mkdtemp(),
    num_train_epochs=6,
    per_device_train_batch_size=32,
    learning_rate=3e-3,
    warmup_steps=10,
    eval_strategy="epoch",
    save_strategy="no",
    logging_steps=10,
    report_to=[],
    use_cpu=True,
    disable_tqdm=True,
)
model = ViTForImageClassification(config)
trainer = Trainer(model, arguments, train_dataset=rows(x, y), eval_dataset=rows(vx, vy), compute_metrics=accuracy)
trainer.train()
