"""Rows of boxes that begin with the number of their sample: which samples of a batch have rows."""

from __future__ import annotations

from typing import Any

from traindx.recorder.contents import inside
from traindx.recorder.plain_boxes import numbers_of_samples
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.probes.batch_hash import given_pictures

STEPS = 200
"""Recorded steps that are looked at."""


class RowNumbers(Probe):
    """Writes `row_numbers` [pictures that the network is given, samples with rows, the highest number and one] into recorded steps
    whose batch has such rows on the host."""

    on_recorded = ("forward",)

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._looked = 0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: look at the rows of its first batch."""
        batch, step, torch = self.seen.training_batch, self.seen.current, self.seen.torch
        if batch is None or self._looked >= STEPS or "row_numbers" in step.details:
            return
        images = sum(len(p) for p in given_pictures(torch, arguments, named) if p.dim() == 4)
        for value in inside(batch)[:16] if images else ():
            numbers = numbers_of_samples(torch, value, images)
            if numbers is not None:
                self._looked += 1
                step.details["row_numbers"] = [images, len(set(numbers)), max(numbers) + 1]
                return
