"""Targets on a map, as hand-made detectors have them (cells of a grid, heat maps), beside what the pictures show at its places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.target_places import row_of
from traindx.recorder import measure
from traindx.recorder.contents import inside
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.probes.batch_hash import one_batch_of_pictures

STEPS, PICTURES, SIDE = 24, 4, 192
"""Recorded steps that are looked at, pictures of each, and their longest side (one pixel of each square)."""
PLACES, FEWEST = 48, 5
"""Longest side of a map as it is compared, and the shortest side of one that is taken for a map."""
FEATURES = 4


class TargetPlaces(Probe):
    """Writes `target_places` into recorded steps: for each picture that was looked at a row of `core.target_places`.

    A map is a tensor of the batch, or the target of a loss, with the batch's samples as its first dimension and two neighbouring
    ones that divide the picture's height and width by one number, 2 or more. A place counts by the largest number, without its
    sign, of all that the map holds there.
    """

    on_recorded = ("forward", "loss", "closed")

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._pictures: Any = None
        self._images = 0
        self._map: Any = None
        self._looked = 0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: keep its first pictures, small, and a map in the batch."""
        torch = self.seen.torch
        if self._looked >= STEPS or self._pictures is not None:
            return
        given = one_batch_of_pictures(torch, arguments, named)
        if given is None:
            return
        self._images, self._pictures = len(given), given[:PICTURES]
        for value in (*_tensors(self.seen.training_batch), *self.seen.maps_by_hand(self._images)):
            self._take(value)

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function has returned."""
        self._take(target)

    def closed(self, step: Any) -> None:
        """The step is over: where there was a map, compare."""
        pictures, places, self._pictures, self._map = self._pictures, self._map, None, None
        if pictures is None or places is None:
            return
        self._looked += 1
        torch = self.seen.torch
        with torch.no_grad():
            shown = features_of(torch, pictures, tuple(places.shape[1:]))
            whole = torch.cat([shown, places[:, None]], dim=1)
        found: list[list[float]] = []
        step.details["target_places"] = found
        shape = tuple(whole.shape)
        step.slots.add_array(whole, self.contained(lambda values: found.extend(_rows(np.reshape(values, shape)))))

    def _take(self, value: Any) -> None:
        torch = self.seen.torch
        if self._map is None and self._pictures is not None and measure.usable(torch, value):
            with torch.no_grad():
                self._map = _map_of(torch, value.detach(), self._images, tuple(self._pictures.shape[2:]))
            if self._map is not None and self._map.device != self._pictures.device:
                self._map = None


def _tensors(batch: Any) -> Iterator[Any]:
    for value in inside(batch)[:16]:
        yield value
        yield from inside(value)[:16]


def _map_of(torch: Any, value: Any, images: int, size: tuple[int, int]) -> Any:
    """The first samples of what can be a map [N, h, w]; None of anything else."""
    if not 3 <= value.dim() <= 5 or value.shape[0] != images:
        return None
    for at in range(1, value.dim() - 1):
        height, width = int(value.shape[at]), int(value.shape[at + 1])
        fits = min(height, width) >= FEWEST and size[0] // height == size[1] // width >= 2
        if fits and size[0] % height == 0 and size[1] % width == 0:
            others = [d for d in range(1, value.dim()) if d not in (at, at + 1)]
            places = value[:PICTURES].abs().float()
            places = places.amax(dim=others) if others else places
            longest = min(PLACES, max(height, width))
            shape = (round(height * longest / max(height, width)), round(width * longest / max(height, width)))
            return torch.nn.functional.adaptive_max_pool2d(places[:, None], shape)[:, 0]
    return None


def features_of(torch: Any, pictures: Any, shape: tuple[int, int]) -> Any:
    """Colours and edges of pictures [N, 3, H, W] at the places of a map: [N, 4, h, w]."""
    stride = max(1, min(-(-max(pictures.shape[2:]) // SIDE), min(pictures.shape[2:]) // max(shape)))
    small = pictures[:, :, ::stride, ::stride].float()
    edges = torch.zeros_like(small[:, :1])
    edges[:, :, :, 1:] += (small[..., 1:] - small[..., :-1]).abs().amax(dim=1, keepdim=True)
    edges[:, :, 1:] += (small[:, :, 1:] - small[:, :, :-1]).abs().amax(dim=1, keepdim=True)
    return torch.nn.functional.adaptive_avg_pool2d(torch.cat([small, edges], dim=1), shape)


def _rows(values: Any) -> list[list[float]]:
    values = np.asarray(values, dtype=np.float64)
    if not np.isfinite(values).all():
        return []
    following = np.roll(np.arange(len(values)), -1)
    rows = [row_of(v[:FEATURES], v[FEATURES], values[n][FEATURES]) for v, n in zip(values, following, strict=True)]
    return [row for row in rows if row is not None]
