"""Facts for the examples of checks of checkpoints: a small network that was trained for some epochs, and saved with all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from traindx.core.check import Facts
from traindx.core.checkpoint import Checkpoint, Part, Tensor

WEIGHTS = (
    Tensor("conv.weight", (16, 3, 3, 3), low=-0.4, high=0.4),
    Tensor("bn.weight", (16,), low=0.9, high=1.1),
    Tensor("bn.bias", (16,), low=-0.1, high=0.1),
    Tensor("bn.running_mean", (16,), low=-0.3, high=0.3),
    Tensor("bn.running_var", (16,), low=0.2, high=1.9),
    Tensor("bn.num_batches_tracked", (), "int64", constant=120.0, low=120.0, high=120.0),
    Tensor("fc.weight", (10, 16), low=-0.2, high=0.2),
    Tensor("fc.bias", (10,), low=-0.1, high=0.1),
)
LEARNED = [t for t in WEIGHTS if "running" not in t.name and "tracked" not in t.name]


def model(*others: Tensor, key: str = "model") -> Part:
    """The weights, with these tensors in place of those of the same names."""
    instead = {t.name: t for t in others}
    kept = [instead.pop(t.name, t) for t in WEIGHTS]
    return Part(key, "model", (*kept, *instead.values()))


def average(*others: Tensor, distance: float | None = 0.02, updates: int | None = 120) -> Part:
    """Averaged weights beside them."""
    values = {} if updates is None else {"updates": updates}
    return replace(model(*others, key="ema"), role="ema", values=values, distance=distance)


def optimizer(*others: Tensor, states: Sequence[Tensor] | None = None, **group: Any) -> Part:
    """The state of Adam for them, after 120 steps."""
    learned = LEARNED if states is None else states
    tensors = [Tensor(f"{i}.exp_avg", t.shape, low=-0.01, high=0.01) for i, t in enumerate(learned)]
    tensors += [Tensor(f"{i}.step", (), constant=120.0, low=120.0, high=120.0) for i in range(len(learned))]
    instead = {t.name: t for t in others}
    tensors = [instead.get(t.name, t) for t in tensors]
    settings = {"lr": 1e-3, "betas": "(0.9, 0.999)", "initial_lr": 1e-3, "params": len(LEARNED), **group}
    return Part("optimizer", "optimizer", tuple(tensors), groups=(settings,))


SCHEDULE = Part("scheduler", "scheduler", values={"last_epoch": 3})
RANDOM = Part("rng", "random")


def saved(*parts: Part, path: str = "last.pt", epoch: int | None = 3, **more: Any) -> Facts:
    """A checkpoint of these parts, or of all that a training needs to go on."""
    held = parts or (model(), optimizer(), SCHEDULE)
    values = {} if epoch is None else {"epoch": epoch}
    return {"checkpoint": Checkpoint(path, "torch", parts=held, values=values, bytes=40_000, **more)}
