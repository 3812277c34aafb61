"""Whether boxes of a form of the user's own lie on something: the edges along their borders, in every reading that is possible."""

from __future__ import annotations

from typing import Any

import numpy as np

from traindx.core.own_boxes import scores_of
from traindx.recorder import measure
from traindx.recorder.plain_boxes import plain_boxes
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.probes.batch_hash import given_pictures

STEPS, PICTURES, SIDE, BOXES, LEAST = 24, 8, 160, 40, 32
"""Recorded steps that are looked at, pictures of each, their longest side (one pixel of each square), boxes of each; and the
least side of a picture: below it, edges say nothing."""


class OwnBoxes(Probe):
    """Writes `own_box_edges` [{reading: scores}] into recorded steps whose targets have none of the forms of frameworks, for each
    picture that was looked at: see `core.own_boxes`.
    """

    on_recorded = ("forward", "closed")

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._kept: tuple[list[Any], list[Any], tuple[int, int]] | None = None
        self._looked = 0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: keep small copies of its first pictures, with their boxes."""
        batch, torch = self.seen.training_batch, self.seen.torch
        if batch is None or self._kept is not None or self._looked >= STEPS:
            return
        given = [p.detach() for p in given_pictures(torch, arguments, named) if p.dim() == 4]
        images = sum(len(p) for p in given)
        if not given or min(given[0].shape[2:]) < LEAST or not 1 <= given[0].shape[1] <= 4:
            return
        boxes = plain_boxes(torch, batch, images)
        if boxes is None or len({tuple(p.shape[1:]) for p in given[:PICTURES]}) > 1:
            return
        height, width = (int(side) for side in given[0].shape[2:])
        stride = -(-max(height, width) // SIDE)
        with torch.no_grad():
            part = torch.cat([p[:PICTURES, :3, ::stride, ::stride] for p in given[:PICTURES]])[:PICTURES]
            self._kept = list(part.float()), [b[:BOXES].float() for b in boxes[:PICTURES]], (height, width)

    def closed(self, step: Any) -> None:
        """The step is over: where the targets had no known form, compare."""
        kept, self._kept = self._kept, None
        if kept is None or "box_edges" in step.details:
            return
        self._looked += 1
        pictures, boxes, size = kept
        found: list[dict[str, list[float]]] = []
        step.details["own_box_edges"] = found
        for picture, own, other in zip(pictures, boxes, boxes[1:] + boxes[:1], strict=True):
            rows = [own, other]
            alike = all(r.numel() and r.device == picture.device and r.shape[-1] == own.shape[-1] for r in rows)
            if len(boxes) > 1 and alike and measure.readable(self.seen.torch, picture):
                whole = self.seen.torch.cat([picture.reshape(-1), own.reshape(-1), other.reshape(-1)])
                counts = len(own), int(own.shape[1])
                step.slots.add_array(whole, self.contained(_scorer(found, tuple(picture.shape), counts, size)))


def _scorer(
    found: list[dict[str, list[float]]], shape: tuple[int, ...], own: tuple[int, int], size: tuple[int, int]
) -> Any:
    """What takes the numbers of a picture with those of its boxes, of which `own` says how many there are, and of another's."""

    def take(values: Any) -> None:
        numbers, pixels = np.asarray(values, dtype=np.float64), int(np.prod(shape))
        picture, rows = numbers[:pixels].reshape(shape), numbers[pixels:].reshape(-1, own[1])
        if np.isfinite(picture).all():
            scores = scores_of(picture, rows[: own[0]], rows[own[0] :], size)
            found.append({name: [float(f"{s:.4g}") for s in six] for name, six in scores.items()})

    return take
