"""The steps of a pipeline in their order, as far as its object tells: names, and the numbers of normalisations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

INNER = ("transforms", "transform")
MOST = 64


def steps_of(parts: Any, depth: int = 5) -> Iterator[dict[str, Any]]:
    """Each transform, those in a Compose or a choice one by one."""
    inner = next((held for name in INNER if isinstance(held := getattr(parts, name, None), Sequence)), None)
    if isinstance(parts, Sequence) and not isinstance(parts, str):
        inner = parts
    if inner is None:
        inner = list(parts) if type(parts).__name__ in ("Sequential", "ModuleList") else None
    if inner is not None and depth:
        for part in list(inner)[:MOST]:
            yield from steps_of(part, depth - 1)
        return
    if parts is None:
        return
    name = type(parts).__name__ if not hasattr(parts, "__name__") else str(parts.__name__)
    chance = getattr(parts, "p", 1.0)
    yield {
        "name": name, "mean": _numbers(getattr(parts, "mean", None)), "std": _numbers(getattr(parts, "std", None)),
        "area": _numbers(getattr(parts, "scale", None)), "chance": float(chance) if isinstance(chance, (int, float)) else 1.0,
    }  # fmt: skip


def _numbers(values: Any) -> list[float]:
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (list, tuple)) and all(isinstance(v, (int, float)) for v in values):
        return [float(v) for v in values]
    return []
