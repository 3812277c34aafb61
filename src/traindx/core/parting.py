"""How far two recordings are the same: batch, targets, loss, gradients and update of their first step, then step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from traindx.core.recording import Floats, Recording

SAME = 1e-5
"""Relative difference within which two numbers of a recording, written to seven digits, are the same."""


@dataclass(frozen=True)
class Parting:
    """What is the same in the first recorded step of both, what is the first that is not (empty: nothing), what that leaves open,
    and the first step whose losses differ, None where none does."""

    same: tuple[str, ...]
    differs: str
    leaves: str
    step: int | None


LEAVES: Mapping[str, str] = {
    "the batch": "other samples, order or augmentation: the seed, the loader, the data",
    "its targets": "the same pictures with other labels",
    "the loss": "the same batch: other weights at the start, another network or another loss",
    "the gradients": "the same loss: something is detached, frozen, in no optimizer, or in another precision",
    "the clipped gradients": "the same gradients before: they are clipped or changed otherwise",
    "the learning rate": "the schedule, or the rate itself",
    "the update": "the same gradients and rate: the optimizer, its momentum or its weight decay",
}


def parting(a: Recording, b: Recording) -> Parting | None:
    """Where two recordings part; None where they have no recorded step in common."""
    common = sorted(set(a.details) & set(b.details))
    if not common:
        return None
    first, same = common[0], list[str]()
    for name, read in _RUNGS.items():
        one, other = read(a, first), read(b, first)
        if one is None or other is None:
            continue
        if not _is_same(one, other):
            return Parting(tuple(same), name, LEAVES[name], first)
        same.append(name)
    return Parting(tuple(same), "", "", first_difference(a, b))


def first_difference(a: Recording, b: Recording) -> int | None:
    """The first step of both whose losses are not the same."""
    steps, at, mate = np.intersect1d(a.step, b.step, return_indices=True)
    one, other = a.loss[at], b.loss[mate]
    unlike = ~(np.isclose(one, other, rtol=SAME, atol=1e-9, equal_nan=True) | (one == other))
    return int(steps[unlike][0]) if unlike.any() else None


def _batch(recording: Recording, step: int) -> Any:
    return (recording.details[step].get("batch") or {}).get("hash")


def _targets(recording: Recording, step: int) -> Any:
    found = recording.details[step].get("targets")
    return None if not found else {k: found.get(k) for k in ("form", "images", "count", "classes", "id_min", "id_max")}


def _of_curve(name: str) -> Callable[[Recording, int], Any]:
    def read(recording: Recording, step: int) -> Any:
        values: Floats = getattr(recording, name)
        found = values[recording.step == step]
        return float(found[0]) if len(found) and not np.isnan(found[0]) else None

    return read


def _backward(recording: Recording, step: int) -> Any:
    return recording.details[step].get("grad_backward")


_RUNGS: Mapping[str, Callable[[Recording, int], Any]] = {
    "the batch": _batch,
    "its targets": _targets,
    "the loss": _of_curve("loss"),
    "the gradients": _backward,
    "the clipped gradients": _of_curve("grad_norm"),
    "the learning rate": _of_curve("lr"),
    "the update": _of_curve("update_norm"),
}


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return bool(np.isclose(one, other, rtol=SAME, atol=1e-12, equal_nan=True))
    return bool(one == other)
