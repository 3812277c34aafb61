"""A treatment of precision and of operations at their edge does what a person would write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from tests.recorder.conftest import Record
from tests.recorder.treated import alike, entropy, plain, trained, treated
from traindx.core import model_treatments as model


def half(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
    scaler = torch.amp.GradScaler("cpu")
    optimizer.zero_grad()
    with torch.autocast("cpu", torch.bfloat16):
        loss = entropy(network(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()


def test_mixed_precision_becomes_full(record: Record) -> None:
    found = treated(record, model.full_precision(), lambda: trained(half))
    assert alike(found, trained()) and not alike(found, trained(half))


def test_a_model_of_half_precision_stays_one_of_single(record: Record) -> None:
    def cast(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        plain(network, optimizer, x.bfloat16(), y)

    found = treated(record, model.full_precision(), lambda: trained(cast, tune=lambda n: (n.bfloat16(), None)[1]))
    rounded = trained(lambda n, o, x, y: plain(n, o, x.bfloat16().float(), y))
    assert alike(found, rounded)


def breaking(safe: bool) -> Callable[..., None]:
    def go(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        scores = network(x).relu()
        near = scores.clamp(min=1e-12) if safe else scores
        total = scores.sum(1, keepdim=True) * 0
        divisor = torch.where(total == 0, 1e-12, total) if safe else total
        optimizer.zero_grad()
        (near.log().mean() + near.sqrt().mean() + (scores * 0 / divisor).mean()).backward()
        optimizer.step()

    return go


def test_operations_do_not_break_at_their_edges(record: Record) -> None:
    found = treated(record, model.safe_operations(), lambda: trained(breaking(False), steps=1))
    assert alike(found, trained(breaking(True), steps=1))
    assert all(torch.isfinite(p).all() for p in found.parameters())
    assert not all(torch.isfinite(p).all() for p in trained(breaking(False), steps=1).parameters())
