"""What the network receives in a validation: statistics of a few of its batches, as those of training steps have them."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.readback import Slots, rounded
from traindx.recorder.schedule import is_written
from traindx.recorder.texture import LAGS, texture

BATCHES = (0, 1, 3, 7, 15)
"""Batches of a validation that are looked at, by their number."""
DENSE = 20
"""Validations that are all looked at; then ever fewer are."""


class ValidationInputs(Probe):
    """Writes `validation_inputs` lines: `batches` [{batch, shape, dtype, min, max, mean, std, texture?}] of one validation,
    and the line of the user's code that called the network."""

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._forwards = self._validations = 0
        self._slots, self._batches = Slots(), list[dict[str, Any]]()
        self._place: tuple[str, int] | None = None

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called without gradients."""
        number, self._forwards = self._forwards, self._forwards + 1
        if number not in BATCHES or not is_written(self._validations, DENSE):
            return
        torch = self.seen.torch
        tensor = measure.first_plain(torch, [*arguments, dict(named)])
        if tensor is None or not measure.usable(torch, tensor, or_bytes=True):
            return
        vector, facts = measure.input_statistics(torch, tensor)
        lags = texture(torch, tensor)
        facts = {"batch": number, **facts}
        whole = vector if lags is None else torch.cat([lags.to(vector.dtype), vector])
        self._slots.add(whole, self.contained(lambda values: facts.update(_named(values, lags is not None))))
        self._batches.append(facts)
        if self._place is None:
            self._place = self.seen.frames.caller()

    def validation_over(self, line: dict[str, Any]) -> None:
        """The validation is over."""
        if self._batches:
            place = {"path": self._place[0], "line": self._place[1]} if self._place else {}
            found = {"kind": "validation_inputs", "step": line["step"], "of": self._forwards, **place}
            self.seen.journal.add_line(self._slots, {**found, "batches": self._batches})
        self._forwards, self._slots, self._batches, self._place = 0, Slots(), [], None
        self._validations += 1


def _named(values: list[float], with_texture: bool) -> dict[str, Any]:
    lags, rest = (values[:LAGS], values[LAGS:]) if with_texture else ([], values)
    found = measure.as_input([rounded(v) for v in rest])
    return {**found, "texture": [rounded(v) for v in lags]} if with_texture else found
