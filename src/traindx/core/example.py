"""Small recordings for the examples in check files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from traindx.core.recording import Recording, recording_of

LAYERS = ("conv1", "relu1", "conv2", "relu2", "fc")


def recording_with(
    loss: Sequence[float],
    *,
    update_ratio: Sequence[float] | float = 1e-3,
    training: Sequence[bool] | bool = True,
    calls: Sequence[str] | str = "zfbs",
    detail: Mapping[str, Any] | None = None,
    parameters: Sequence[Mapping[str, Any]] | None = None,
    events: Sequence[Mapping[str, Any]] = (),
    lr: Sequence[float] | float = 0.1,
    **step: Any,
) -> Recording:
    """A recording of a small convolutional net in which every step was recorded.

    `loss`, `update_ratio`, `training`, `calls` and `lr` hold one value for each step, or one for all; `detail` and `step` add
    fields to every step's line; `events` are further lines.
    """
    names = [f"{layer}.{kind}" for layer in LAYERS if "relu" not in layer for kind in ("weight", "bias")]
    held = parameters or [{"name": name, "shape": [8], "trainable": True, "optimizer": 0} for name in names]
    kinds = ("Conv2d", "ReLU", "Conv2d", "ReLU", "Linear")
    layers = [{"name": name, "kind": kind} for name, kind in zip(LAYERS, kinds, strict=True)]
    lines: list[Mapping[str, Any]] = [
        {"kind": "start", "schema": 1, "rank": 0, "world_size": 1},
        {"kind": "optimizer", "index": 0, "class": "SGD", "groups": [{"lr": 0.1, "parameters": len(held)}]},
        {"kind": "model", "step": 0, "name": "Net", "layers": layers, "parameters": held},
        {"kind": "source", "call": "backward", "path": "train.py", "line": 20},
        {"kind": "source", "call": "step", "path": "train.py", "line": 21},
    ]
    for i, value in enumerate(loss):
        lines.append(
            {
                "kind": "step",
                "step": i,
                "time": i * 0.1,
                "loss": value,
                "lr": _at(lr, i),
                "training": _at(training, i),
                "calls": _at(calls, i) if not isinstance(calls, str) else calls,
                "weight_norm": 10.0,
                "update_norm": 10.0 * _at(update_ratio, i),
                "grad_norm": 1.0,
                "grad_before": 0.0,
                **step,
                **(detail or {}),
            }
        )
    return recording_of([*lines, *events, {"kind": "end", "time": len(loss) * 0.1, "steps": len(loss), "cost": 0.0}])


def falling(start: float = 2.3, end: float = 0.1, steps: int = 60) -> list[float]:
    """A loss that falls from start to end with a small ripple, the same at each call."""
    ripple = (0.03, -0.02, 0.01, -0.03, 0.02)
    return [end + (start - end) * (1 - i / steps) ** 2 * (1 + ripple[i % 5]) for i in range(steps)]


def flat(level: float = 2.3, steps: int = 60) -> list[float]:
    """A loss that stays at one level with a small ripple."""
    ripple = (0.03, -0.02, 0.01, -0.03, 0.02)
    return [level * (1 + ripple[i % 5]) for i in range(steps)]


def _at(value: Any, i: int) -> Any:
    return value[i] if isinstance(value, (list, tuple)) else value
