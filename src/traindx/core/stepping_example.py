"""Small recordings with a scheduler, for the examples in check files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from traindx.core.example import falling, recording_with
from traindx.core.recording import Recording

BASE = 0.1


def scheduled_run(
    kind: str,
    plan: Sequence[float],
    *,
    by: Literal["step", "epoch", "never"],
    epochs: int = 8,
    batches: int = 20,
    length: int | None = None,
    settings: Mapping[str, Any] | None = None,
    loss: Sequence[float] | None = None,
    lines: Sequence[Mapping[str, Any]] = (),
    optimizer: int = 0,
) -> Recording:
    """A recording of `epochs` passes of `batches` steps under a scheduler whose rates after 0, 1, ... calls are `plan`; after the
    last of them the rate stays. It is stepped by `train.py:28`."""
    total = epochs * batches
    calls = [{"step": i, "epoch": i // batches, "never": 0}[by] for i in range(total)]
    done = {"step": total, "epoch": epochs, "never": 0}[by]
    rates = [plan[min(c, len(plan) - 1)] for c in calls]
    steps = [
        {"scheduler": 0, "calls": c, "rate": r} if optimizer == 0 else {} for c, r in zip(calls, rates, strict=True)
    ]
    around: list[Mapping[str, Any]] = [
        {
            "kind": "scheduler",
            "index": 0,
            "step": 0,
            "optimizer": optimizer,
            "class": kind,
            "module": "torch.optim.lr_scheduler",
            "settings": settings or {},
            "plan": {"calls": list(range(len(plan))), "rates": list(plan), "length": length or len(plan) - 1},
            "path": "train.py",
            "line": 12,
        },
        {"kind": "scheduler_end", "scheduler": 0, "step": total, "calls": done},
        *({"kind": "pass", **_pass(i, batches)} for i in range(epochs)),
        *lines,
    ]
    if done:
        around.append({"kind": "scheduler_call", "scheduler": 0, "step": 1, "call": 1, "path": "train.py", "line": 28})
    if optimizer:
        around.append({"kind": "optimizer", "index": 1, "class": "SGD", "groups": [{"lr": BASE}], "path": "train.py"})
    run = recording_with(
        list(loss) if loss is not None else falling(steps=total),
        lr=[BASE] * total if optimizer else rates,
        calls=["lzfbs" if i and c != calls[i - 1] else "zfbs" for i, c in enumerate(calls)],
        events=around,
    )
    details = {s: {**d, "schedule": [e] if (e := steps[s]) else []} for s, d in run.details.items()}
    return replace(run, details=details)


def _pass(number: int, batches: int) -> dict[str, Any]:
    return {
        "loader": 0,
        "pass": number,
        "step": number * batches,
        "training": True,
        "batches": batches,
        "ended": "exhausted",
    }


def cosine(length: int, calls: int | None = None) -> list[float]:
    """Rates of a CosineAnnealingLR, which rise again after its length."""
    return [BASE * (1 + math.cos(math.pi * c / length)) / 2 for c in range((calls or length) + 1)]


def staircase(size: int, calls: int, gamma: float = 0.1) -> list[float]:
    """Rates of a StepLR."""
    return [BASE * gamma ** (c // size) for c in range(calls + 1)]


def warm_up(length: int, calls: int | None = None) -> list[float]:
    """Rates of a linear warm-up from a thousandth."""
    return [BASE * max(0.001, min(1.0, c / length)) for c in range((calls or length) + 1)]
