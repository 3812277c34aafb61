"""States of random generators are read where a dataset holds them, and never advanced."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch

from traindx.recorder.randomness import held_states, states


class Transform:
    def __init__(self) -> None:
        self.rng = np.random.RandomState(3)


class Pictures:
    def __init__(self) -> None:
        self.paths = ["a.jpg"] * 1000
        self.generator = torch.Generator().manual_seed(2)
        self.transforms = {"train": [Transform(), lambda x: x], "library": np}
        self.itself = self
        self.random = random.Random(1)
        self.numpy = np.random.default_rng(4)

    def draws(self) -> list[Any]:
        own = [self.random.random(), self.numpy.random(), torch.rand(1, generator=self.generator).item()]
        return [*own, self.transforms["train"][0].rng.rand(), random.random(), np.random.rand(), torch.rand(1).item()]


def test_generators_are_found_by_their_path_and_their_next_numbers_stay() -> None:
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    expected = Pictures().draws()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    pictures = Pictures()
    held, whole = held_states(torch, pictures), states(torch)
    assert set(held) == {"generator", "random", "numpy", "transforms.train.0.rng"}
    assert set(whole) == {"random", "numpy", "torch"}
    assert (held_states(torch, pictures), states(torch)) == (held, whole)
    assert pictures.draws() == expected
    after = held_states(torch, pictures)
    assert all(after[path] != held[path] for path in held)
    assert held_states(torch, Pictures()) == held
