"""The pictures of a batch changed for a twin: zeroed, their channels turned around, scaled otherwise, given to other labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.recorder.batch_structure import cloned, mapped
from traindx.recorder.measure import first_tensor

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, by channel."""


def twin_of(torch: Any, batch: Any, kind: str, number: int) -> Any:
    """A copy of the batch with its pictures (or rows of numbers) as the trial `kind` has them."""
    first = first_tensor(torch, batch)
    made = cloned(torch, batch)
    if first is None:
        return made
    if kind == "shuffled":
        return _shuffled(torch, batch, first, number)
    change = CHANGES.get(kind)
    return made if change is None else _changed(torch, made, first, lambda x: change(torch, x))


def samples_of(torch: Any, batch: Any) -> int:
    """How many pictures (or rows) a batch holds."""
    first = first_tensor(torch, batch)
    if first is None:
        return 0
    listed = _listed(torch, batch, first)
    return len(listed) if listed else int(first.shape[0]) if first.dim() > 1 else 1


def _alike(torch: Any, leaf: Any, first: Any) -> bool:
    return (
        isinstance(leaf, torch.Tensor)
        and leaf.dtype == first.dtype
        and leaf.dim() == first.dim()
        and leaf.dim() > 1
        and leaf.shape[1 if leaf.dim() != 3 else 0] == first.shape[1 if first.dim() != 3 else 0]
    )


def _changed(torch: Any, batch: Any, first: Any, change: Callable[[Any], Any]) -> Any:
    return mapped(torch, batch, lambda leaf: change(leaf) if _alike(torch, leaf, first) else leaf)


def _listed(torch: Any, batch: Any, first: Any) -> list[Any]:
    """The pictures of a batch that lists them one by one; empty where they are stacked."""
    if first.dim() != 3 or first.shape[0] > 4:
        return []
    found: list[Any] = []
    mapped(torch, batch, lambda leaf: found.append(leaf) if _alike(torch, leaf, first) else None)
    return found


def _shuffled(torch: Any, batch: Any, first: Any, number: int) -> Any:
    """Each picture in the place of another, in an order of one cycle: none keeps its label."""
    samples = samples_of(torch, batch)
    random = torch.Generator().manual_seed(1000 + number)
    cycle = torch.randperm(samples, generator=random).tolist()
    order = [0] * samples
    for at, place in enumerate(cycle):
        order[place] = cycle[(at + 1) % samples]
    listed = _listed(torch, batch, first)
    if not listed:
        return _changed(torch, cloned(torch, batch), first, lambda x: x[order] if x.shape[0] == samples else x)
    others = iter([listed[place].clone() for place in order])
    return mapped(torch, batch, lambda leaf: next(others) if _alike(torch, leaf, first) else leaf)


def _by_channel(torch: Any, x: Any) -> tuple[Any, Any]:
    """ImageNet's mean and deviation in the form of pictures with three channels, else their means."""
    dim = x.dim() - 3
    if dim >= 0 and x.shape[dim] == 3:
        shape = [1] * x.dim()
        shape[dim] = 3
        return torch.tensor(MEAN, dtype=x.dtype).view(shape), torch.tensor(DEVIATION, dtype=x.dtype).view(shape)
    return torch.tensor(0.449, dtype=x.dtype), torch.tensor(0.226, dtype=x.dtype)


def _undone(torch: Any, x: Any) -> Any:
    mean, deviation = (t.to(x.device) for t in _by_channel(torch, x))
    return x * deviation + mean


def _applied(torch: Any, x: Any) -> Any:
    mean, deviation = (t.to(x.device) for t in _by_channel(torch, x))
    return (x - mean) / deviation


def _swapped(torch: Any, x: Any) -> Any:
    dim = x.dim() - 3
    return x.flip(dim) if dim >= 0 and x.shape[dim] == 3 else x


CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "zeroed": lambda torch, x: torch.zeros_like(x),
    "swapped": _swapped,
    "exchanged": lambda torch, x: _applied(torch, _swapped(torch, _undone(torch, x))),
    "undone": _undone,
    "applied": _applied,
    "times_255": lambda torch, x: x * 255,
    "by_255": lambda torch, x: x / 255,
}
