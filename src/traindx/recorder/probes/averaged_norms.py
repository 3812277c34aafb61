"""The running statistics of a copy that is validated in place of the model: an average of its weights, beside the model's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traindx.recorder import measure
from traindx.recorder.description import core_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.readback import Slots, rounded

LINES = 20
"""Validations of a copy that are looked at."""
MOST_CHANNELS = 1 << 15
"""Channels that are looked at; layers beyond are left out."""
NUMBERS = ("mean", "variance", "own_mean", "own_variance", "weights", "off_mean", "off_variance")


class AveragedNorms(Probe):
    """Writes an `averaged_norms` line for a validation of a copy in evaluation mode: the `layers` with running statistics, the
    sums of the copy's means (without their signs) and variances and of the model's `own`, the sum of its `weights`' norms, and
    how far the copy's statistics lie off the model's: `off_mean` in the model's standard deviations, `off_variance` as a
    factor, of the channel in the middle.
    """

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._lines = 0
        self._slots: Slots | None = None
        self._facts: dict[str, Any] = {}

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root, or a copy of it, is called without gradients."""
        root = self.seen.roots.root
        if self._slots is not None or self._lines >= LINES or root is None or self.seen.roots.is_root(module):
            return
        torch = self.seen.torch
        copy, own = statistics_of(torch, core_of(module)), statistics_of(torch, core_of(root))
        if module.training or not copy or [m.shape for m, _ in copy] != [m.shape for m, _ in own]:
            return
        self._lines += 1
        weights = [p.detach() for p in core_of(module).parameters() if measure.usable(torch, p)]
        with torch.no_grad():
            both = [torch.cat([pair[k].float() for pair in pairs]) for pairs in (copy, own) for k in (0, 1)]
            apart = (both[0] - both[2]).abs() / (both[3].clamp(min=0) + 1e-5).sqrt()
            factor = both[1].clamp(min=0) + 1e-5
            factor = torch.maximum(factor / (both[3] + 1e-5), (both[3] + 1e-5) / factor)
            numbers = [both[0].abs().sum(), both[1].sum(), both[2].abs().sum(), both[3].sum()]
            numbers += [measure.norms(torch, weights).sum(), apart.median(), factor.median()]
            facts: dict[str, Any] = {"kind": "averaged_norms", "layers": len(copy), "channels": both[0].numel()}
            place = self.seen.frames.caller()
            facts |= {"path": place[0], "line": place[1]} if place else {}
            self._slots, self._facts = Slots(), facts
            self._slots.add(torch.stack(numbers), self.contained(lambda values: facts.update(_named(values))))

    def validation_over(self, line: dict[str, Any]) -> None:
        """Validation is over."""
        if self._slots is not None:
            self._facts["step"] = line["step"]
            self.seen.journal.add_line(self._slots, self._facts)
        self._slots, self._facts = None, {}


def _named(values: Sequence[float]) -> dict[str, float]:
    return {name: rounded(value) for name, value in zip(NUMBERS, values, strict=True)}


def statistics_of(torch: Any, module: Any) -> Sequence[tuple[Any, Any]]:
    """Running mean and variance of each layer that has them, in the order of the network."""
    found: list[tuple[Any, Any]] = []
    channels = 0
    for layer in module.modules():
        mean, variance = layer._buffers.get("running_mean"), layer._buffers.get("running_var")
        if not (measure.usable(torch, mean) and measure.usable(torch, variance)) or mean.shape != variance.shape:
            continue
        channels += mean.numel()
        if channels > MOST_CHANNELS:
            break
        found.append((mean.detach().reshape(-1), variance.detach().reshape(-1)))
    return found
