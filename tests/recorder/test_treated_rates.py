"""A treatment of rates, momentum and decay does what a person would set by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.recorder.conftest import Record
from tests.recorder.treated import alike, entropy, plain, sgd, trained, treated
from traindx.core import step_treatments as step
from traindx.core.recording import Recording
from traindx.core.treatment import Treatment

Made = Callable[[nn.Module], Any]


def rated(*rates: float) -> Callable[..., None]:
    """A step with the rates of a list, one after the other."""
    left = iter(rates)

    def go(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.param_groups[0]["lr"] = next(left)
        plain(model, optimizer, x, y)

    return go


def scheduled(make: Callable[[Any], Any]) -> tuple[Made, Callable[..., None]]:
    """An optimizer with a scheduler that is stepped after each batch."""
    held: dict[str, Any] = {}

    def made(model: nn.Module) -> Any:
        optimizer = sgd(model)
        held["scheduler"] = make(optimizer)
        return optimizer

    def go(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        plain(model, optimizer, x, y)
        held["scheduler"].step()

    return made, go


SCHEDULER = torch.optim.lr_scheduler
COSINE = [0.05 * (1 + math.cos(math.pi * n / 6)) / 2 for n in range(6)]
MENDED_RATES: dict[str, tuple[Treatment, Any, list[float]]] = {
    "a decay for epochs held": (step.hold_rate(), lambda o: SCHEDULER.ExponentialLR(o, 0.3), [0.05] * 6),
    "a warm-up that crawls led up": (
        step.hold_rate(),
        lambda o: SCHEDULER.LinearLR(o, 0.1, total_iters=5000),
        [0.05 * (0.1 + 0.9 * n / 50) for n in range(6)],
    ),
    "a warm-up added": (
        step.warm_up(4),
        lambda o: SCHEDULER.ConstantLR(o, 1.0),
        [0.0125, 0.025, 0.0375, 0.05, 0.05, 0.05],
    ),
    "a cosine": (step.cosine_rate(6), lambda o: SCHEDULER.ConstantLR(o, 1.0), COSINE),
    "a decay put in": (step.decay_rate(0.5), lambda o: SCHEDULER.ConstantLR(o, 1.0), [0.05 * 0.5**n for n in range(6)]),
}


@pytest.mark.parametrize("name", MENDED_RATES)
def test_a_treated_rate_is_the_one_that_is_set_by_hand(record: Record, name: str) -> None:
    treatment, scheduler, rates = MENDED_RATES[name]
    made, go = scheduled(scheduler)
    found = treated(record, treatment, lambda: trained(go, made))
    assert alike(found, trained(rated(*rates)), exact=False)


def test_one_cycle_is_that_of_torch(record: Record) -> None:
    found = treated(record, step.one_cycle_rate(10), lambda: trained(steps=10))
    made, go = scheduled(lambda o: SCHEDULER.OneCycleLR(o, 0.05, total_steps=10, cycle_momentum=False))
    expected = trained(go, made, steps=10, tune=lambda m: None)
    assert alike(found, expected, exact=False)


def test_the_rate_falls_once_the_loss_stands_still(record: Record, folder: Path) -> None:
    def still(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        (entropy(model(x), y) * 0 + 1).backward()
        optimizer.step()

    treated(record, step.plateau_rate(3), lambda: trained(still, steps=10))
    assert Recording.load(folder).lr.tolist() == pytest.approx([0.05] * 5 + [0.005] * 3 + [0.0005] * 2)


def momentum(value: float) -> Made:
    return lambda m: torch.optim.SGD(m.parameters(), 0.05, momentum=value)


def beta(value: float) -> Made:
    return lambda m: torch.optim.AdamW(m.parameters(), 1e-3, betas=(value, 0.99))


@pytest.mark.parametrize("make", [momentum, beta])
def test_another_momentum_is_that_of_an_optimizer_made_with_it(record: Record, make: Callable[[float], Made]) -> None:
    found = treated(record, step.set_momentum(0.9), lambda: trained(make=make(0.995)))
    assert alike(found, trained(make=make(0.9))) and not alike(found, trained(make=make(0.995)))


def decayed(norms: float, others: float) -> Made:
    def make(model: nn.Module) -> Any:
        flat = [p for p in model.parameters() if p.dim() < 2]
        deep = [p for p in model.parameters() if p.dim() >= 2]
        groups = [{"params": deep, "weight_decay": others}, {"params": flat, "weight_decay": norms}]
        return torch.optim.SGD(groups, 0.05, momentum=0.9)

    return make


def one_group(decay: float) -> Made:
    return lambda m: torch.optim.SGD(m.parameters(), 0.05, momentum=0.9, weight_decay=decay)


def test_weight_decay_is_scaled(record: Record) -> None:
    found = treated(record, step.scale_weight_decay(0.01), lambda: trained(make=one_group(5.0)))
    assert alike(found, trained(make=one_group(0.05))) and not alike(found, trained(make=one_group(5.0)))


def test_weight_decay_is_put_in_by_the_share_that_it_takes(record: Record) -> None:
    found = treated(record, step.shrink_weights(0.1), lambda: trained(make=one_group(0.0)))
    assert alike(found, trained(make=one_group(2.0)))


def test_norms_and_biases_are_spared_the_decay_or_given_it(record: Record, folder: Path) -> None:
    spared = treated(record, step.no_decay_on_norms(), lambda: trained(make=one_group(0.5)))
    assert alike(spared, trained(make=decayed(0.0, 0.5))) and not alike(spared, trained(make=one_group(0.5)))


def test_decay_is_put_on_all_groups(record: Record) -> None:
    found = treated(record, step.decay_everywhere(), lambda: trained(make=decayed(0.0, 0.5)))
    assert alike(found, trained(make=one_group(0.5)), exact=False)
