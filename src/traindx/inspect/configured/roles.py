"""What the entries of a settings file mean: by their names, as the well-known frameworks and many programs write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.configured import Asked
from traindx.inspect.configured.tree import UNTOLD, Held, bare, walk

ROLES: Mapping[str, tuple[str, ...]] = {
    "optimizer": ("opt", "optimizer", "optim", "optimizer_name", "optimizer_type", "opt_name"),
    "rate": ("lr", "learning_rate", "base_lr", "init_lr", "initial_lr", "lr0"),
    "momentum": ("momentum",),
    "decay": ("weight_decay", "wd", "weightdecay"),
    "schedule": ("sched", "scheduler", "lr_scheduler", "lr_scheduler_type", "lr_schedule", "lr_scheduler_name"),
    "epochs": ("epochs", "max_epochs", "num_epochs", "num_train_epochs", "n_epochs", "total_epochs", "nb_epochs"),
    "steps": ("max_steps", "max_iter", "max_iters", "max_train_steps", "num_training_steps"),
    "warmup_epochs": ("warmup_epochs", "warm_up_epochs", "lr_warmup_epochs", "num_warmup_epochs"),
    "warmup_steps": ("warmup_steps", "warmup_iters", "num_warmup_steps", "warm_up_steps"),
    "batch": ("batch_size", "train_batch_size", "per_device_train_batch_size", "ims_per_batch", "samples_per_gpu"),
    "size": ("img_size", "image_size", "imgsz", "input_size", "crop_size", "min_size_train"),
    "classes": ("num_classes", "nc", "n_classes", "num_labels"),
    "model": ("model", "arch", "model_name", "architecture", "meta_architecture", "model_name_or_path", "backbone"),
    "pretrained": ("pretrained", "weights", "load_from"),
    "freeze": ("freeze", "freeze_backbone", "frozen_stages", "freeze_at", "freeze_encoder"),
    "mean": ("mean", "pixel_mean"),
    "std": ("std", "pixel_std"),
    "clip": ("gradient_clip_val", "clip_grad", "max_grad_norm", "clip_max_norm", "grad_clip"),
    "precision": ("precision", "amp", "fp16", "bf16"),
}
"""Names as they stand in timm's args.yaml, TrainingArguments, lightning-hydra-template, OpenMMLab, Detectron2 and plain yaml."""
_BY_NAME = {name: role for role, names in ROLES.items() for name in names}
KINDS_NAMED = ("type", "name", "_target_", "class_path", "kind")
_ELSEWHERE = ("hydra", "val", "valid", "test", "eval", "logger", "callbacks", "ema", "visualizer", "inference")
"""Parts of a file whose entries are about something else than the training itself."""


def roles_of(tree: Held) -> dict[str, tuple[tuple[str, Asked], ...]]:
    """The entries by role, outer ones first; dictionaries and what is not told are left out."""
    found: dict[str, list[tuple[str, Asked]]] = {}
    for name, role, value, held in _named(tree):
        found.setdefault(role, []).append((name, Asked(value, held.path or None, held.line)))
    return {role: tuple(sorted(entries, key=lambda e: e[0].count("."))) for role, entries in found.items()}


def _named(tree: Held) -> Iterator[tuple[str, str, Any, Held]]:
    for name, held in walk(tree):
        parts = name.lower().replace("-", "_").split(".")
        role = _BY_NAME.get(parts[-1])
        if role is None or any(
            part.removesuffix("_dataloader").removesuffix("_cfg") in _ELSEWHERE for part in parts[:-1]
        ):
            continue
        value = bare(held)
        if isinstance(value, dict) and role in ("optimizer", "schedule", "model"):
            kind = next((value[k] for k in KINDS_NAMED if isinstance(value.get(k), str)), None)
            value = kind.rpartition(".")[2] if kind else UNTOLD
        if value is not UNTOLD and value is not None and not isinstance(value, dict):
            yield name, role, value, held


def values_of(tree: Held) -> dict[str, Asked]:
    """Every plain entry by its dotted name."""
    found = {}
    for name, held in walk(tree):
        value = bare(held)
        if not isinstance(value, dict) and value is not UNTOLD:
            found[name] = Asked(value, held.path or None, held.line)
    return found
