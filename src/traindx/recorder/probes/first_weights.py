"""Whether the weights and running statistics are finite before the first step: a checkpoint may have brought others."""

from __future__ import annotations

import math
from typing import Any

from traindx.recorder import measure
from traindx.recorder.description import core_of
from traindx.recorder.probe import Arguments, Named, Probe

NAMES = 20
STATISTICS = ("running_mean", "running_var")
"""Buffers that are to be finite; others, as masks of attention, hold infinities on purpose."""


class FirstWeights(Probe):
    """Writes `weights_not_finite` {count, of, names} into step 0 where parameters or running statistics hold NaN or infinity."""

    on_recorded = ("forward",)
    _looked = False

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called for the first time."""
        step, torch = self.seen.current, self.seen.torch
        if self._looked or step.number > 0:
            return
        self._looked = True
        core = core_of(module)
        statistics = [(name, b) for name, b in core.named_buffers() if name.rpartition(".")[2] in STATISTICS]
        named_tensors = [*core.named_parameters(), *statistics]
        found = [(name, measure.local(t)) for name, t in named_tensors if not measure.is_lazy(t)]
        found = [(name, t.detach()) for name, t in found if measure.usable(torch, t) and t.numel()]
        if not found:
            return
        names, details = [name for name, _ in found], step.details

        def fill(values: list[float]) -> None:
            broken = [name for name, value in zip(names, values, strict=True) if not math.isfinite(value)]
            if broken:
                details["weights_not_finite"] = {"count": len(broken), "of": len(names), "names": broken[:NAMES]}

        step.slots.add(measure.norms(torch, [t for _, t in found]), fill)
