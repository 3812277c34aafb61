"""What the network's own answers in validation know of the boxes of the batch: where they lie, and how large they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from traindx.core.answered_places import Asked, known_of
from traindx.recorder import measure
from traindx.recorder.output_maps import Map, maps_of, outputs_of, roughness
from traindx.recorder.plain_boxes import plain_boxes
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.probes.batch_hash import one_batch_of_pictures
from traindx.recorder.probes.box_calls import DENSE
from traindx.recorder.readback import Slots
from traindx.recorder.schedule import is_written

CALLS, PICTURES, BOXES = 4, 8, 40
"""Calls of a validation that are looked at, pictures of each, and boxes of each of these."""
MOST = 200_000
"""Numbers of one output that are looked at; of larger ones fewer pictures are, or none."""


class AnsweredPlaces(Probe):
    """Writes a line `answered_places` {step, maps} of a validation whose batches hold boxes and whose network puts out maps: see
    `core.answered_places`.
    """

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._asked: tuple[int, int, tuple[int, int], list[Any]] | None = None
        self._kept: list[tuple[Any, ...]] = []
        self._calls = self._validations = 0

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root, or an average of it, is called without gradients."""
        batch, self._asked = self.seen.handed, None
        if batch is None or self._calls >= CALLS or not is_written(self._validations, DENSE):
            return
        torch = self.seen.torch
        given = one_batch_of_pictures(torch, arguments, named)
        if given is None:
            return
        boxes = plain_boxes(torch, batch, len(given))
        if boxes is not None:
            size = int(given.shape[2]), int(given.shape[3])
            self._asked = id(module), len(given), size, [b[:BOXES].float() for b in boxes[:PICTURES]]

    def answered(self, module: Any, output: Any) -> None:
        """A module of the root's class has returned: it, or one inside of it."""
        if self._asked is None or self._asked[0] != id(module):
            return
        (_, images, size, boxes), self._asked = self._asked, None
        torch = self.seen.torch
        self._calls += 1
        with torch.no_grad():
            for name, value in outputs_of(torch, output):
                ways = maps_of(name, tuple(value.shape), images, size)
                count = min(PICTURES, MOST * images // max(value.numel(), 1))
                if ways and count >= 2 and measure.readable(torch, value):
                    part = value.detach()[:count].to(torch.float32, copy=True)
                    rough = [roughness(torch, way[0].take(part[:2])) for way in ways] if len(ways) > 1 else []
                    self._kept.append((ways, part, rough, boxes[:count], size))

    def validation_over(self, line: dict[str, Any]) -> None:
        """A validation is over."""
        kept, self._kept, self._calls = self._kept, [], 0
        self._validations += 1
        if not kept:
            return
        slots, found, arrived = Slots(), list[dict[str, Any]](), list[Any]()
        for _, part, rough, boxes, _ in kept:
            for value in (*rough, *boxes, part):
                slots.add_array(value, self.contained(arrived.append))
        shapes = [[tuple(v.shape) for v in (*rough, *boxes, part)] for _, part, rough, boxes, _ in kept]

        def finish(values: Any) -> None:
            held = iter([np.asarray(v, dtype=np.float64) for v in arrived])
            numbers = [[next(held).reshape(shape) for shape in each] for each in shapes]
            asked = [_asked(one, those) for one, those in zip(kept, numbers, strict=True)]
            found.extend(known_of([entry for entries in asked for entry in entries]))

        slots.add_array(kept[0][1].new_zeros(1), self.contained(finish))
        self.seen.journal.add_line(slots, {"kind": "answered_places", "step": line["step"], "maps": found})


def _asked(one: tuple[Any, ...], numbers: list[Any]) -> list[Asked]:
    ways, _, rough, _, size = one
    roughs, rows, part = numbers[: len(rough)], numbers[len(rough) : -1], numbers[-1]
    if not all(np.isfinite(v).all() for v in numbers):
        return []
    way: list[Map] = ways[int(np.argmin([float(r) for r in roughs])) if roughs else 0]
    return [Asked(m.name, m.on_host(part), rows, size) for m in way]
