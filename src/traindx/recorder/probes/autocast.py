"""Mixed precision as the forward pass has it: autocast at the root and inside it, and the type of each layer's output."""

from __future__ import annotations

from typing import Any

from traindx.recorder.observation import Observation
from traindx.recorder.precision import autocast_of, first_parameter, output_type, type_name
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.step import Step

MOST_LINES = 20
"""Lines of one recording: a line comes only where the precision differs from the line before."""


class Autocast(Probe):
    """Writes a line `precision` at the first recorded step and where it changes: device, weights, autocast, inside, outputs.

    `autocast` is the type at the root's call, `inside` where the first layer is called (a model may switch it on itself),
    `outputs` the types of the layers' outputs, aligned with the model's layers, null where a layer was not seen.
    """

    on_recorded = ("forward", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._device: str = "cpu"
        self._facts: dict[str, Any] = {}
        self._outputs: dict[int, str | None] = {}
        self._last: dict[str, Any] = {}
        self._lines = 0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called."""
        if not self.seen.current.recorded or self._facts or self._lines >= MOST_LINES:
            return
        weight = first_parameter(module)
        self._device = "cpu" if weight is None else str(weight.device.type)
        self._facts = {
            "device": self._device,
            "weights": None if weight is None else type_name(weight.dtype),
            "autocast": autocast_of(self.seen.torch, self._device),
            "inside": None,
        }
        self._outputs = {}

    def layer(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned, in the measured forward pass."""
        if not self._facts or id(module) in self._outputs:
            return
        if not self._outputs:
            self._facts["inside"] = autocast_of(self.seen.torch, self._device)
            if self._facts.items() <= self._last.items():  # nothing differs: the outputs' types do not either
                self._facts = {}
                return
        self._outputs[id(module)] = output_type(self.seen.torch, output)

    def closed(self, step: Step) -> None:
        """Write what was seen where it is new."""
        facts, self._facts = self._facts, {}
        if not facts or step.description is None:
            return
        types: list[str | None] = [None] * len(step.description.layers)
        for key, name in self._outputs.items():
            if key in step.description.layer_index:
                types[step.description.layer_index[key]] = name
        facts["outputs"] = types
        if facts != self._last:
            self._last = facts
            self._lines += 1
            self.seen.journal.write({"kind": "precision", "step": step.number, **facts})
