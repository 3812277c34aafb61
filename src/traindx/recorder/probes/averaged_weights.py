"""How far a copy that is validated in place of the model has come on the model's way from its first weights: does it lag?"""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.description import core_of
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.readback import Slots, rounded

LINES, PARAMETERS, NUMBERS = 20, 256, 64
"""Validations of a copy that are looked at, parameters, and numbers of each."""


class AveragedWeights(Probe):
    """Writes an `averaged_weights` line for a validation of a copy: `way`, 0 where the copy has the model's first weights and 1
    where it has come as far as the model in the same direction; of a sample of the numbers. `itself`: the model itself was
    evaluated too, in this validation or before.
    """

    on_recorded = ("forward",)

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._start: Any = None
        self._begun = self._itself = False
        self._lines = 0
        self._slots: Slots | None = None
        self._facts: dict[str, Any] = {}

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: before the first step its weights are kept, a sample of them."""
        if not self._begun:
            self._begun = True
            self._start = self._sample(module)

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root, or a copy of it, is called without gradients."""
        root, itself = self.seen.roots.root, self.seen.roots.is_root(module)
        self._itself |= itself and not module.training
        if self._slots is not None or self._start is None or self._lines >= LINES or root is None:
            return
        if itself or module.training:
            return
        copy, own = self._sample(module), self._sample(root)
        if copy is None or own is None or not copy.shape == own.shape == self._start.shape:
            return
        if not copy.device == own.device == self._start.device:
            return
        self._lines += 1
        with self.seen.torch.no_grad():
            gone, come = own - self._start, copy - self._start
            numbers = self.seen.torch.stack([(gone * come).sum(), (gone * gone).sum(), (come * come).sum()])
        facts: dict[str, Any] = {"kind": "averaged_weights"}
        place = self.seen.frames.caller()
        facts |= {"path": place[0], "line": place[1]} if place else {}
        self._slots, self._facts = Slots(), facts
        self._slots.add(numbers, self.contained(lambda values: facts.update(_way(*values))))

    def validation_over(self, line: dict[str, Any]) -> None:
        """Validation is over."""
        if self._slots is not None:
            self._facts |= {"step": line["step"]} | ({"itself": True} if self._itself else {})
            self.seen.journal.add_line(self._slots, self._facts)
        self._slots, self._facts = None, {}

    def _sample(self, module: Any) -> Any:
        torch = self.seen.torch
        held = [p.detach().reshape(-1) for p in core_of(module).parameters() if measure.usable(torch, p)][:PARAMETERS]
        if not held or len({p.device for p in held}) > 1:
            return None
        with torch.no_grad():
            return torch.cat([p[:: -(-p.numel() // NUMBERS)].float() for p in held])


def _way(along: float, gone: float, come: float) -> dict[str, float]:
    return {"way": rounded(along / gone), "moved": rounded(come / gone)} if gone > 0 else {}
