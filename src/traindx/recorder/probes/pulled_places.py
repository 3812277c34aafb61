"""Where the loss pulls at the maps that the network puts out, beside the boxes of the batch: targets seen by what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from traindx.core.pulled_rows import FEATURES, entries_of, with_taught
from traindx.recorder import measure
from traindx.recorder.guard import unseen_by_modes
from traindx.recorder.output_maps import Map, gradient_features, maps_of, outputs_of, roughness
from traindx.recorder.plain_boxes import plain_boxes, plain_ids, plain_points
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.probes.batch_hash import one_batch_of_pictures
from traindx.recorder.probes.target_places import features_of

STEPS, PICTURES, BOXES, SIDE = 24, 4, 40, 48
"""Recorded steps that are looked at, pictures of each, boxes of each, and the longest side of a picture as it is compared."""


class PulledPlaces(Probe):
    """Writes `pulled_places` into recorded steps: for each output of the root that can be read as a map of the picture an entry of
    `core.pulled_rows`, where the batch holds boxes or points.

    The gradient is seen by a hook of autograd's node, which changes nothing and goes with the step. An output no longer than
    a fully connected layer may come from one, which sees the whole picture: its places are where the training puts them.
    """

    on_recorded = ("forward", "returned", "closed")

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._size = (0, 0)
        self._images = 0
        self._kept: tuple[Any, list[Any], list[Any]] | None = None
        self._handles: list[Any] = []
        self._seen: dict[tuple[str, int], _Way] = {}
        self._looked = 0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: keep its first pictures, small, and their boxes."""
        batch, torch = self.seen.training_batch, self.seen.torch
        if batch is None or self._kept is not None or self._looked >= STEPS:
            return
        given = one_batch_of_pictures(torch, arguments, named)
        if given is None:
            return
        images = len(given)
        boxes = plain_boxes(torch, batch, images) or plain_points(torch, batch, images)
        if boxes is not None and measure.readable(torch, given):
            height, width = (int(side) for side in given.shape[2:])
            self._images, self._size = images, (height, width)
            shape = tuple(max(1, round(side * SIDE / max(height, width))) for side in (height, width))
            with torch.no_grad():
                small = features_of(torch, given[:PICTURES], (min(shape[0], height), min(shape[1], width)))
                ids = plain_ids(torch, batch, boxes) or []
                ids, boxes = ([v[:BOXES].float() for v in values[:PICTURES]] for values in (ids, boxes))
                self._kept = small, boxes, ids

    def returned(self, module: Any, output: Any) -> None:
        """The root returned: look at the gradients of what can be maps once they come."""
        if self._kept is None or self._handles:
            return
        torch = self.seen.torch
        wide = max((m.out_features for m in module.modules() if isinstance(m, torch.nn.Linear)), default=0)
        for name, value in outputs_of(torch, output):
            node = value.grad_fn
            is_map = node is not None and value.numel() > self._images * wide
            ways = maps_of(name, tuple(value.shape), self._images, self._size) if is_map else []
            if ways:
                with torch.no_grad():
                    rough = [roughness(torch, way[0].take(value.detach()[:2])) for way in ways] if len(ways) > 1 else []
                found = self._seen[(name, len(self._seen))] = _Way(ways, rough)
                self._handles.append(node.register_prehook(self._hook(found, value.output_nr)))

    def _hook(self, found: _Way, number: int) -> Callable[[Any], None]:
        torch = self.seen.torch
        take = self.contained(lambda gradient: found.add(torch, gradient))

        def hook(gradients: Any) -> None:
            if gradients[number] is not None:
                with unseen_by_modes(torch):
                    take(gradients[number])

        return hook

    def closed(self, step: Any) -> None:
        """The step is over: send what came."""
        kept, self._kept = self._kept, None
        handles, self._handles = self._handles, []
        seen, self._seen = self._seen, {}
        for handle in handles:
            handle.remove()
        ways = [way for way in seen.values() if way.maps]
        if kept is None or not ways:
            return
        self._looked += 1
        arrived: list[Any] = []
        pictures, boxes, ids = kept
        for way in ways:
            for features in way.maps.values():
                step.slots.add_array(features, self.contained(arrived.append))
        for rough in (r for way in ways for r in way.rough):
            step.slots.add_array(rough, self.contained(arrived.append))
        for value in (*boxes, *ids):
            step.slots.add_array(value, self.contained(arrived.append))
        step.details["pulled_places"] = found = list[dict[str, Any]]()
        shapes = tuple(pictures.shape), [tuple(b.shape) for b in boxes], len(ids)
        size = self._size

        def finish(values: Any) -> None:
            numbers = [np.asarray(v, dtype=np.float64) for v in (values, *arrived)]
            found.extend(_entries(ways, numbers, shapes, size))

        step.slots.add_array(pictures, self.contained(finish))


class _Way:
    """The ways in which one output can be read, how rough it is in each, and its gradient as maps."""

    def __init__(self, ways: list[list[Map]], rough: list[Any]) -> None:
        self.ways, self.rough = ways, rough
        self.maps: dict[tuple[int, int], Any] = {}
        self.channels: dict[int, int] = {}

    def add(self, torch: Any, gradient: Any) -> None:
        """A gradient has come, or a further one."""
        if not measure.readable(torch, gradient):
            return
        with torch.no_grad():
            for n, way in enumerate(self.ways):
                for m, one in enumerate(way):
                    taken = one.take(gradient.detach()[:PICTURES])
                    self.channels[m] = int(taken.shape[-1])
                    features = gradient_features(torch, taken)
                    before = self.maps.get((n, m))
                    self.maps[(n, m)] = features if before is None else torch.maximum(before, features)


def _entries(
    ways: list[_Way],
    numbers: list[Any],
    shapes: tuple[tuple[int, ...], list[tuple[int, ...]], int],
    size: tuple[int, int],
) -> list[dict[str, Any]]:
    picture, *rest = numbers
    if not all(np.isfinite(v).all() for v in numbers):
        return []
    held = iter(rest)
    maps = [{key: next(held).reshape(tuple(f.shape)) for key, f in way.maps.items()} for way in ways]
    rough = [[float(next(held).reshape(-1)[0]) for _ in way.rough] for way in ways]
    boxes = [next(held).reshape(shape) for shape in shapes[1]]
    ids = [next(held).reshape(-1) for _ in range(shapes[2])]
    found: list[dict[str, Any]] = []
    for way, there, roughs in zip(ways, maps, rough, strict=True):
        chosen = int(np.argmin(roughs)) if roughs else 0
        levels = [f[:, -1] for (n, _), f in there.items() if n == chosen]
        for m, one in enumerate(way.ways[chosen]):
            turned = [n for n, other in enumerate(way.ways) if _is_turned(other, way.ways[chosen])]
            other = there.get((turned[0], m)) if turned else None
            if (chosen, m) in there and there[(chosen, m)].shape[1] == FEATURES:
                features = there[(chosen, m)]
                made = entries_of(one.name, way.channels[m], features, other, picture.reshape(shapes[0]), boxes, size)
                found += made if m or not ids else with_taught(made, levels, boxes, ids, size)
    return found


def _is_turned(way: list[Map], other: list[Map]) -> bool:
    return way[0].each == other[0].each and way[0].grid == other[0].grid and way[0].planes != other[0].planes
