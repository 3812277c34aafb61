"""What a network puts out, read as maps over the picture: [N, C, h, w], [N, A, h, w, C], or places in a row, [N, P, C]."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from traindx.recorder import measure
from traindx.recorder.contents import mapping, sequence

STRIDES = (2, 4, 8, 16, 32, 64)
FEWEST, SIDE = 5, 32
"""The shortest side of what is taken for a map, and the longest as maps are compared."""
MOST_OUTPUTS, MOST_WAYS, MOST_LEVELS, MOST_ANCHORS = 4, 3, 5, 16


@dataclass(frozen=True)
class Map:
    """How an output can be read as a map: `start` and `count` of its places where they follow one another, `each` of them at one
    cell; with all of one `each` before the next (`planes`), or all of a cell before the next cell. With no count its dimensions
    `start` and the next are the map's."""

    name: str
    grid: tuple[int, int]
    start: int
    count: int = 0
    each: int = 1
    planes: bool = False

    def take(self, value: Any) -> Any:
        """The map [n, h, w, ...] of an output."""
        h, w = self.grid
        if not self.count:
            return value.movedim((self.start, self.start + 1), (1, 2)).reshape(len(value), h, w, -1)
        part = value[:, self.start : self.start + self.count]
        if self.planes:
            return part.reshape(len(part), self.each, h, w, -1).movedim(1, 3)
        return part.reshape(len(part), h, w, self.each, -1)

    def on_host(self, value: Any) -> Any:
        """The map [n, h, w, each, channels] of an output that is an array of numpy's."""
        h, w = self.grid
        if not self.count:
            axes = [self.start, self.start + 1]
            others = [d for d in range(1, value.ndim) if d not in axes]
            return value.transpose(0, *axes, *others).reshape(len(value), h, w, 1, -1)
        part = value[:, self.start : self.start + self.count]
        if self.planes:
            return part.reshape(len(part), self.each, h, w, -1).transpose(0, 2, 3, 1, 4)
        return part.reshape(len(part), h, w, self.each, -1)


def outputs_of(torch: Any, output: Any) -> Iterator[tuple[str, Any]]:
    """The float tensors in what a network returned, with a name of where each lies."""
    pending, found = [("", output, 0)], 0
    while pending and found < MOST_OUTPUTS:
        name, value, depth = pending.pop(0)
        held, listed = mapping(value), sequence(value)
        if measure.usable(torch, value):
            found += 1
            yield name or "output", value
        elif depth < 2 and (held is not None or listed is not None):
            items = held.items() if held is not None else enumerate(listed or ())
            pending += [(f"{name}.{k}".strip("."), v, depth + 1) for k, v in list(items)[:8]]


def maps_of(name: str, shape: tuple[int, ...], images: int, size: tuple[int, int]) -> list[list[Map]]:
    """The ways in which an output of this shape can be read: each a map, or one for each level."""
    if len(shape) < 2 or shape[0] != images:
        return []
    for at in range(1, len(shape) - 1):
        h, w = shape[at], shape[at + 1]
        if len(shape) >= 4 and min(h, w) >= FEWEST and any((h, w) == _grid(size, stride) for stride in STRIDES):
            return [[Map(name, (h, w), at)]]
    return list(_levels(name, shape[1], size)) if len(shape) in (2, 3) else []


def _grid(size: tuple[int, int], stride: int) -> tuple[int, int]:
    return -(-size[0] // stride), -(-size[1] // stride)


def _levels(name: str, places: int, size: tuple[int, int]) -> Iterator[list[Map]]:
    found = 0
    for first in range(len(STRIDES)):
        for last in range(first + 1, min(first + MOST_LEVELS, len(STRIDES)) + 1):
            grids = [_grid(size, stride) for stride in STRIDES[first:last]]
            cells = [h * w for h, w in grids]
            each, rest = divmod(places, sum(cells))
            if rest or not 1 <= each <= MOST_ANCHORS or min(grids[0]) < FEWEST or found >= MOST_WAYS:
                continue
            found += 1
            for planes in (False, True)[: 1 + (each > 1)]:
                starts = [each * sum(cells[:n]) for n in range(len(cells))]
                yield [
                    Map(f"{name}/{n}" if len(grids) > 1 else name, grid, start, each * count, each, planes)
                    for n, (grid, start, count) in enumerate(zip(grids, starts, cells, strict=True))
                    if min(grid) >= FEWEST
                ]


def roughness(torch: Any, value: Any) -> Any:
    """How much a map [n, h, w, ...] differs from cell to cell, over how much it differs from cells that lie far: a number on its
    device. Read rightly, a network's answers are smooth over its picture."""
    x = value.float().reshape(*value.shape[:3], -1)
    near = (x[:, :, 1:] - x[:, :, :-1]).abs().mean() + (x[:, 1:] - x[:, :-1]).abs().mean()
    far = (x - x.flip(0) if len(x) > 1 else x - x.mean(dim=(1, 2), keepdim=True)).abs().mean()
    return near / (far + x.std() * 0.1 + 1e-12)


def gradient_features(torch: Any, gradient: Any) -> Any:
    """Of a gradient as a map [n, h, w, ...] the largest opposite, value and size at each place: [n, 3, h', w']."""
    g = gradient.float().reshape(*gradient.shape[:3], -1)
    up, down = (-g).amax(dim=3), g.amax(dim=3)
    stacked = torch.stack([up, down, torch.maximum(up, down)], dim=1)
    longest = max(stacked.shape[2:])
    if longest > SIDE:
        shape = tuple(max(1, round(side * SIDE / longest)) for side in stacked.shape[2:])
        stacked = torch.nn.functional.adaptive_max_pool2d(stacked, shape)
    return stacked
