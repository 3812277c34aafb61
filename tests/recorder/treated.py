"""Compares a training under a treatment with the one that a person mended by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from tests.recorder.conftest import Net, Record, batch
from traindx.core.treatment import Treatment

Step = Callable[[nn.Module, Any, torch.Tensor, torch.Tensor], None]
Tuning = Callable[[nn.Module], None]


def entropy(*arguments: Any, **settings: Any) -> torch.Tensor:
    """Cross entropy as it is at the moment of the call."""
    return nn.functional.cross_entropy(*arguments, **settings)


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    """The optimizer where nothing is said of it."""
    return torch.optim.SGD(model.parameters(), 0.05)


def plain(model: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
    """The usual step."""
    optimizer.zero_grad()
    entropy(model(x), y).backward()
    optimizer.step()


def trained(
    step: Step = plain,
    make: Callable[[nn.Module], Any] = sgd,
    *,
    steps: int = 6,
    tune: Tuning = lambda model: None,
    model: Callable[[], nn.Module] = Net,
    batches: Iterable[Any] | None = None,
) -> nn.Module:
    """A small training, without dropout."""
    torch.manual_seed(0)
    network = model()
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    tune(network)
    optimizer = make(network)
    for x, y in batches if batches is not None else (batch(seed=n) for n in range(steps)):
        step(network, optimizer, x, y)
    return network


def state(model: nn.Module) -> list[torch.Tensor]:
    """Parameters and buffers."""
    return [t.detach().clone() for t in model.state_dict().values()]


def alike(a: nn.Module, b: nn.Module, *, exact: bool = True) -> bool:
    """Whether two models have the same state: bit for bit, or to the tolerance of floats."""
    pairs = list(zip(state(a), state(b), strict=True))
    return all(torch.equal(x, y) if exact else torch.allclose(x, y, rtol=1e-4, atol=1e-6) for x, y in pairs)


def treated(record: Record, treatments: Treatment | tuple[Treatment, ...], run: Callable[[], nn.Module]) -> nn.Module:
    """What `run` trains under treatments, none of which failed."""
    asked = treatments if isinstance(treatments, tuple) else (treatments,)
    with record(*asked) as session:
        model = run()
        failed: list[Any] = []
        kept = session.treatments._treaters
        failed = [t.name for t in asked if t.name not in {k.name for k in kept}]
    assert not failed, failed
    return model
