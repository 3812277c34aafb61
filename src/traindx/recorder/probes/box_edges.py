"""Whether boxes lie on something: the edges along their borders in the pictures as the network receives them, and mirrored."""

from __future__ import annotations

from typing import Any

import numpy as np

from traindx.core.box_edges import edge_scores
from traindx.core.target_boxes import EXPECTED, in_pixels
from traindx.recorder import measure
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.probes.batch_hash import given_pictures

STEPS, PICTURES, SIDE, BOXES = 24, 4, 192, 60
"""Recorded steps that are looked at, pictures of each, their longest side (one pixel of each square) and boxes of each."""


class BoxEdges(Probe):
    """Writes `box_edges` into recorded steps with boxes: for each picture that was looked at the scores of `core.box_edges`."""

    on_recorded = ("forward", "closed")

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._looked = 0
        self._small: list[tuple[Any, tuple[int, int]]] = []

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: keep small copies of the first pictures."""
        step, torch = self.seen.current, self.seen.torch
        if self._looked >= STEPS or not step.recorded or self._small:
            return
        given = [p.detach() for p in given_pictures(torch, arguments, named)[:PICTURES] if p.dim() == 4]
        with torch.no_grad():
            for batch in given:
                height, width = int(batch.shape[2]), int(batch.shape[3])
                stride = -(-max(height, width) // SIDE)
                small = batch[: PICTURES - len(self._small), :3, ::stride, ::stride].float()
                self._small += [(picture, (height, width)) for picture in small]

    def closed(self, step: Any) -> None:
        """The step is over: where it had boxes, compare."""
        pictures, self._small = self._small, []
        reading = step.notes.get("targets")
        if not pictures or not step.recorded or getattr(reading, "form", "") not in EXPECTED:
            return
        self._looked += 1
        found: list[list[float]] = []
        step.details["box_edges"] = found
        for number, (picture, size) in enumerate(pictures):
            if measure.readable(self.seen.torch, picture):
                step.slots.add_array(picture, self.contained(_scorer(found, reading, number, picture.shape, size)))


def _scorer(found: list[list[float]], reading: Any, sample: int, shape: Any, size: tuple[int, int]) -> Any:
    """What takes the numbers of a picture, when those of the targets have arrived, which were sent before."""

    def take(values: Any) -> None:
        rows = reading.rows[reading.rows[:, 0] == sample][:BOXES] if len(reading.rows) else reading.rows
        if not len(rows):
            return
        boxes = in_pixels(rows[:, 2:6], np.zeros(len(rows), dtype=np.int64), [size], EXPECTED[reading.form])
        scale = np.array([shape[2] / size[1], shape[1] / size[0]] * 2)
        picture = np.asarray(values, dtype=np.float64).reshape(tuple(shape))
        scores = edge_scores(picture, boxes * scale) if np.isfinite(picture).all() else None
        if scores is not None:
            found.append([float(f"{score:.4g}") for score in scores])

    return take
