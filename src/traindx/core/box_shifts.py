"""Two sets of boxes that meet only when one is moved or scaled: padding that was not taken off, or another size of the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Reading = Callable[[Floats], Floats]
Pairs = Sequence[tuple[Floats, Floats]]

LOOKED = 16
"""Calls by which a move is found; whether it holds is judged by all."""
FARTHEST, STEP = 0.4, 0.25
"""How far boxes are moved, as a share of what they reach over, and in which steps, as a share of their middle side."""
LARGER = 1.25
"""Ratio of what the two sets reach over from which one is scaled to the other (a guess)."""

SIZED = 1.8
"""The same of their middle sides: a stride left out is 2 or more, sizes that are still being learned are nearer (a guess)."""


def shifts_of(pairs: Pairs, meet: Callable[[Pairs], float]) -> dict[str, Reading]:
    """Readings of the first set: scaled to what the second reaches over where that differs, or to its sides around the centre and
    cut at the border, and moved along the axis, and by as much, as lets most boxes meet. `meet` is how much pairs overlap.
    """
    pairs = pairs[:LOOKED]
    first, second = (np.concatenate(sets) for sets in zip(*pairs, strict=True))
    reach = np.array([np.percentile(boxes[:, 2:], 98, axis=0) for boxes in (first, second)])
    side = float(np.median(np.clip(first[:, 2:] - first[:, :2], 0, None)))
    if not (reach > 0).all() or not side > 0:
        return {}
    factor = reach[1] / reach[0]
    found: dict[str, Reading] = {}
    if (np.maximum(factor, 1 / factor) > LARGER).any():
        name = f"as if scaled by {factor[0]:.2g} in width and {factor[1]:.2g} in height"
        found[name] = partial(_scaled, factor=factor)
    sides = np.array([np.median(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None), axis=0) for boxes in (first, second)])
    sized = sides[1] / np.maximum(sides[0], 1e-9)
    if (np.maximum(sized, 1 / np.maximum(sized, 1e-9)) > SIZED).any():
        name = f"as if {sized[0]:.2g} times as wide and {sized[1]:.2g} times as high around their centres"
        found[name] = partial(_sized, factor=sized, end=second.max(axis=0)[2:])
    moves = [0.0, 0.0]
    for axis, letter in enumerate("xy"):
        distances = _distances(side, float(reach[:, axis].max()))
        moved = [(meet([(_moved(a, axis, d), b) for a, b in pairs]), d) for d in distances]
        best = max(moved, default=(0.0, 0.0))[1]
        if best:
            found[f"as if moved by {best:.3g} along {letter}"] = partial(_moved, axis=axis, distance=best)
            moves[axis] = best
    if all(moves):
        name = f"as if moved by {moves[0]:.3g} along x and {moves[1]:.3g} along y"
        found[name] = partial(_moved_both, moves=(moves[0], moves[1]))
    return found


def _distances(side: float, reach: float) -> list[float]:
    steps = min(int(FARTHEST * reach / (STEP * side)), 20)
    return [n * STEP * side for n in range(-steps, steps + 1)]


def _scaled(boxes: Floats, factor: Floats) -> Floats:
    return np.asarray(boxes * np.tile(factor, 2))


def _sized(boxes: Floats, factor: Floats, end: Floats) -> Floats:
    centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2 * factor
    return np.concatenate([np.maximum(centre - half, 0), np.minimum(centre + half, end)], axis=1)


def _moved(boxes: Floats, axis: int, distance: float) -> Floats:
    by = np.zeros(4)
    by[[axis, axis + 2]] = distance
    return np.asarray(boxes + by)


def _moved_both(boxes: Floats, moves: tuple[float, float]) -> Floats:
    return np.asarray(boxes + np.tile(moves, 2))
