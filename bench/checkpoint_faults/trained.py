"""Trains small networks for a few steps and returns what a training loop would save of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

Content = dict[str, Any]


def network(classes: int = 10) -> nn.Module:
    """A network of convolutions and batch norms."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, classes),
    )  # fmt: skip


def train(
    model: nn.Module,
    *,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.AdamW,
    steps: int = 12,
    eval_mode: bool = False,
    **settings: Any,
) -> Content:
    """A few steps on random pictures; the average of the weights follows, the rate falls."""
    stepping = optimizer(model.parameters(), **{"lr": 1e-2, **settings})
    plan = torch.optim.lr_scheduler.StepLR(stepping, 4, 0.5)
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9), use_buffers=True
    )
    model.train(not eval_mode)
    for _ in range(steps):
        pictures, classes = torch.randn(8, 3, 16, 16), torch.randint(0, 10, (8,))
        stepping.zero_grad()
        nn.functional.cross_entropy(model(pictures), classes).backward()
        stepping.step()
        plan.step()
        average.update_parameters(model)
    scaler = {
        "scale": 65536.0,
        "growth_factor": 2.0,
        "backoff_factor": 0.5,
        "growth_interval": 2000,
        "_growth_tracker": 12,
    }
    return {
        "model": model.state_dict(),
        "ema": average.state_dict(),
        "optimizer": stepping.state_dict(),
        "scheduler": plan.state_dict(),
        "scaler": scaler,
        "epoch": 3,
        "args": {"amp": True, "model_ema": True},
    }


def fresh(**settings: Any) -> Content:
    """What a loop saves after some steps, as an own copy."""
    return copy.deepcopy(train(network(), **settings))
