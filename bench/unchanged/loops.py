"""Kinds of training in one process, without a framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from drawn import STEPS, Loss, batches, network
from torch import nn


def plain(
    make: Callable[[Any], torch.optim.Optimizer], called: Callable[[nn.Module], Any] = lambda m: m, **loader: Any
) -> nn.Module:
    """The plain loop."""
    model = network()
    forward, optimizer = called(model), make(model.parameters())
    for x, y in batches(**loader):
        optimizer.zero_grad()
        Loss(forward(x), y).backward()
        optimizer.step()
    return model


def sgd() -> nn.Module:
    """SGD with momentum and a scheduler."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, nesterov=True)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=STEPS)
    for x, y in batches():
        optimizer.zero_grad()
        Loss(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
    return model


def adamw() -> nn.Module:
    """AdamW."""
    return plain(lambda p: torch.optim.AdamW(p, 1e-3))


def lbfgs() -> nn.Module:
    """LBFGS with a closure."""
    model = network()
    optimizer = torch.optim.LBFGS(model.parameters(), 0.1, max_iter=4)
    for x, y in batches():

        def closure(x: torch.Tensor = x, y: torch.Tensor = y) -> torch.Tensor:
            optimizer.zero_grad()
            loss = Loss(model(x), y)
            loss.backward()
            return loss

        optimizer.step(closure)
    return model


def bf16() -> nn.Module:
    """Autocast to bfloat16, with a gradient scaler."""
    model = network()
    optimizer, scaler = torch.optim.SGD(model.parameters(), 0.05), torch.amp.GradScaler("cpu")
    for x, y in batches():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = Loss(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
    return model


def accumulation() -> nn.Module:
    """Gradients of four batches for one step."""
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    for number, (x, y) in enumerate(batches()):
        (Loss(model(x), y) / 4).backward()
        if number % 4 == 3:
            optimizer.step()
            optimizer.zero_grad()
    return model


def two_optimizers() -> nn.Module:
    """A generator and a discriminator, each with an optimizer of its own."""
    maker, judge = (
        nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 64)),
        nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1)),
    )
    first, second = torch.optim.Adam(maker.parameters(), 1e-3), torch.optim.Adam(judge.parameters(), 1e-3)
    score = nn.functional.binary_cross_entropy_with_logits
    for _ in range(STEPS):
        made, real = maker(torch.randn(16, 8)), torch.randn(16, 64)
        second.zero_grad()
        (score(judge(real), torch.ones(16, 1)) + score(judge(made.detach()), torch.zeros(16, 1))).backward()
        second.step()
        first.zero_grad()
        score(judge(made), torch.ones(16, 1)).backward()
        first.step()
    return nn.ModuleList([maker, judge])


def fork_workers() -> nn.Module:
    """Two loader workers made by fork."""
    return plain(lambda p: torch.optim.AdamW(p, 1e-3), num_workers=2, multiprocessing_context="fork")


def spawn_workers() -> nn.Module:
    """Two loader workers made by spawn."""
    return plain(
        lambda p: torch.optim.AdamW(p, 1e-3), num_workers=2, multiprocessing_context="spawn", persistent_workers=True
    )


def compiled() -> nn.Module:
    """`torch.compile` with the backend that needs no compiler, autograd included."""
    return plain(lambda p: torch.optim.SGD(p, 0.05), lambda m: torch.compile(m, backend="aot_eager"))


def checkpointing() -> nn.Module:
    """Activations computed again in the backward pass."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    for x, y in batches():
        optimizer.zero_grad()
        Loss(torch.utils.checkpoint.checkpoint(model, x, use_reentrant=False), y).backward()
        optimizer.step()
    return model


def average() -> nn.Module:
    """An exponential average of the weights, validated in the middle of training."""
    model = network()
    smooth = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    for number, (x, y) in enumerate(batches()):
        optimizer.zero_grad()
        Loss(model(x), y).backward()
        optimizer.step()
        smooth.update_parameters(model)
        if number % 8 == 7:
            smooth.eval()
            with torch.no_grad():
                Loss(smooth(x), y)
    return nn.ModuleList([model, smooth])
