"""What each weighted layer makes of the signal before the first step, and which units of a layer are alike, then and later."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from traindx.recorder import measure
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Probe
from traindx.recorder.readback import Slots, rounded
from traindx.recorder.signal_numbers import named, signal_numbers, size_and_spread
from traindx.recorder.step import Step

ALIKE = 1e-3
"""Spread of the units' weights under which they count as alike."""
MOST = 300
"""Layers that are looked at."""
AGAIN = frozenset(2**n for n in range(20))
"""Steps after which the units that were alike are looked at again, where such a step is recorded."""


class FirstSignal(Probe):
    """Writes a line `signal` of the first step: each convolution and linear layer in the order of calls with the numbers of
    `signal_numbers.NAMES`, its kind, shape and whether it is trained; and lines `alike` at later steps with the `spread` of
    those trained layers whose units were alike.
    """

    on_recorded = ("layer", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._found: dict[int, tuple[weakref.ref[Any], dict[str, Any], Any]] = {}
        self._alike: list[tuple[str, weakref.ref[Any]]] = []
        self._written = False

    def layer(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned; of several calls in the first step the first counts."""
        kind = type(module).__name__
        if self._written or not kind.startswith(("Conv", "Linear")) or not arguments:
            return
        weight, bias = module._parameters.get("weight"), module._parameters.get("bias")
        torch = self.seen.torch
        readable = all(measure.usable(torch, t) for t in (weight, arguments[0], output))
        if not readable or weight.dim() < 2 or id(module) in self._found or len(self._found) >= MOST:
            return
        facts = {"kind": kind, "shape": list(weight.shape), "groups": int(getattr(module, "groups", 1))}
        turned = "Transpose" in kind
        vector = signal_numbers(torch, arguments[0], output, weight, bias, turned)
        self._found[id(module)] = weakref.ref(module), {**facts, "trained": bool(weight.requires_grad)}, vector

    def closed(self, step: Step) -> None:
        """A step is over."""
        if not self._written and self._found:
            self._write(step)
        elif self._alike and step.recorded and step.number in AGAIN:
            self._look_again(step)

    def _write(self, step: Step) -> None:
        self._written = True
        self.leave("layer")
        found, self._found = self._found, {}
        description = step.description
        if description is None:
            return
        line: dict[str, Any] = {"kind": "signal", "step": step.number, "layers": []}
        slots = Slots()
        for key, (module, facts, vector) in found.items():
            if key in description.layer_index:
                named_facts = {"name": description.layers[description.layer_index[key]][0], **facts}
                line["layers"].append(named_facts)
                slots.add(vector, self.contained(self._filling(named_facts, module)))
        if slots.segments:
            self.seen.journal.add_line(slots, line)

    def _filling(self, facts: dict[str, Any], module: weakref.ref[Any]) -> Callable[[Sequence[float]], None]:
        def fill(values: Sequence[float]) -> None:
            facts.update(named(values))
            if facts["spread"] < ALIKE and facts["trained"] and facts["groups"] == 1:
                self._alike.append((facts["name"], module))

        return fill

    def _look_again(self, step: Step) -> None:
        line: dict[str, Any] = {"kind": "alike", "step": step.number, "spread": {}}
        slots, spread = Slots(), line["spread"]
        for name, reference in self._alike:
            module = reference()
            weight = None if module is None else module._parameters.get("weight")
            if measure.usable(self.seen.torch, weight):
                both = size_and_spread(self.seen.torch, weight, "Transpose" in type(module).__name__)
                slots.add(both[1], lambda values, name=name: spread.update({name: rounded(values[0])}))  # type: ignore[misc]
        if slots.segments:
            self.seen.journal.add_line(slots, line)
