"""Loader workers that begin their generators each by a number of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.recorder.treating.loading import LoaderTreater


class SeedWorkers(LoaderTreater):
    """Each worker begins its generators, and those that the dataset holds, by a number of its own, other in each epoch."""

    name = "seed_workers"

    def settings(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Another beginning of the workers."""
        if not asked.get("num_workers"):
            return asked
        return {**asked, "worker_init_fn": OwnSeed(asked.get("worker_init_fn")), "persistent_workers": False}


class OwnSeed:
    """What a worker calls when it begins: first what the training has it call, then the seeds."""

    def __init__(self, before: Callable[[int], Any] | None) -> None:
        self._before = before

    def __call__(self, worker: int) -> None:
        import random
        import sys

        import torch

        seed = torch.initial_seed() + worker  # before anything of the training's seeds it anew
        info = torch.utils.data.get_worker_info()
        seed = (int(info.seed) if info is not None else seed) % 2**32
        if self._before is not None:
            self._before(worker)
        random.seed(seed)
        torch.manual_seed(seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(seed)
        if info is not None:
            _seed_own(vars(info.dataset) if hasattr(info.dataset, "__dict__") else {}, seed)


def _seed_own(attributes: dict[str, Any], seed: int) -> None:
    for name, value in list(attributes.items()):
        kind = f"{type(value).__module__}.{type(value).__name__}"
        if kind == "numpy.random._generator.Generator":
            attributes[name] = type(value)(type(value.bit_generator)(seed))
        elif kind in ("random.Random", "numpy.random.mtrand.RandomState"):
            value.seed(seed)
        elif kind == "torch._C.Generator":
            value.manual_seed(seed)
