"""The memory of a training step, measured on a few pictures and forecast for more."""

from __future__ import annotations

from typing import Any

import torch

from traindx.core.footprint import Footprint, footprint_of, highest
from traindx.inspect.building import Built
from traindx.inspect.footprint import living, loss_of, measured


def network() -> Any:
    """Convolutions with normalisation, and a large matrix, so that weights and pictures both count."""
    layers = [torch.nn.Conv2d(3, 16, 3), torch.nn.BatchNorm2d(16), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(8)]
    return torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(1024, 512), torch.nn.Linear(512, 10))


def footprint(device: str, optimizer: str = "SGD") -> Footprint:
    """Of the network, with pictures of 32."""
    with torch.device(device):
        built = Built(network())
        pictures, loss, words = loss_of(torch, built, 32, 3)
        found = measured(torch, built.model, pictures, loss, optimizer=optimizer)
    made = footprint_of({**found, "size": 32, "wanted": 32, "loss": words})
    assert made is not None
    return made


def lived(batch: int) -> int:
    """The peak of a real step of SGD over what is there before it."""
    model = network()
    steps = torch.optim.SGD(model.parameters(), lr=0.0, momentum=0.9)
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    steps.step()
    steps.zero_grad(set_to_none=True)
    with living(torch) as life:
        torch.nn.functional.cross_entropy(
            model(torch.zeros(batch, 3, 32, 32)), torch.zeros(batch, dtype=torch.int64)
        ).backward()
        steps.step()
    return max(life.lived)


def test_a_step_of_a_larger_batch_needs_what_is_forecast() -> None:
    found = footprint("cpu")
    for batch in (4, 32):
        assert abs(found.peak(batch) / (found.base + lived(batch)) - 1) < 0.02


def test_nothing_is_computed_to_know_it() -> None:
    real, meta = footprint("cpu"), footprint("meta")
    assert abs(meta.peak(16) / real.peak(16) - 1) < 0.05


def test_the_states_of_adam_are_twice_the_weights() -> None:
    found = footprint("cpu", "AdamW")
    assert 1.9 < found.states / found.gradients < 2.1 and footprint("cpu").states == found.gradients


def test_the_largest_batch_fits_and_the_next_does_not() -> None:
    found = footprint("cpu")
    room = found.peak(21) + 1
    assert found.largest_batch(room) == 21 and found.largest_batch(found.base) == 0
    assert found.peak(8, 64) > 3 * (found.peak(8, 32) - found.base)


def test_only_lines_that_are_the_highest_somewhere_are_kept() -> None:
    assert highest([(0, 1), (1, 0), (0.4, 0.4), (0, 0), (0.9, 0.5)]) == ((1, 0), (0.9, 0.5), (0, 1))
