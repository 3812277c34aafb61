"""What an optimizer remembers: its step counts, and the range of its averages, at a few recorded steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traindx.recorder import measure
from traindx.recorder.description import held
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe
from traindx.recorder.readback import Slots, rounded

PARAMETERS, ELEMENTS = 64, 4096
"""Parameters, evenly spaced, and their first elements that are looked at."""
MOST_LINES = 200
MOST_KEYS = 8


class OptimizerState(Probe):
    """Writes a line `optimizer_state` for each optimizer at the recorded steps 0, 1, 3, 7, ... and after an anomaly.

    `count` [least, most] is the steps that the optimizer has counted (more than the run's where its state was loaded),
    `with_state` of `parameters` have any; `tensors` gives min, max, mean and the share of zeros by name (exp_avg_sq, ...),
    `counters` other whole numbers (LBFGS's func_evals).
    """

    on_recorded = ("after_step",)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._due: dict[int, int] = {}
        self._lines = 0

    def anomaly(self, step: int, what: str) -> None:
        """Look at the next recorded step."""
        self._due = {}

    def after_step(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is over."""
        step = self.seen.current
        if not step.recorded or self._lines >= MOST_LINES:
            return
        number = self.seen.holdings.number_of(optimizer)
        if number is None or step.number < self._due.get(number, 0):
            return
        self._due[number] = 2 * step.number + 1
        self._lines += 1
        line: dict[str, Any] = {"kind": "optimizer_state", "optimizer": number, "step": step.number}
        slots = Slots()
        parameters = held(optimizer)
        states = [state for p in parameters if (state := optimizer.state.get(p))]
        line |= {"parameters": len(parameters), "with_state": len(states)}
        self._measure(states[:: max(1, len(states) // PARAMETERS)][:PARAMETERS], line, slots)
        self.seen.journal.add_line(slots, line)

    def _measure(self, states: list[Mapping[str, Any]], line: dict[str, Any], slots: Slots) -> None:
        by_name: dict[str, list[Any]] = {}
        for state in states:
            for name, value in list(state.items())[: 2 * MOST_KEYS]:
                by_name.setdefault(str(name), []).append(measure.local(value))
        tensors: dict[str, Any] = {}
        for name, values in list(by_name.items())[: 2 * MOST_KEYS]:
            if name == "step":
                self._count(values, line, slots)
            elif all(isinstance(v, int) for v in values):
                line.setdefault("counters", {})[name] = max(values)
            elif len(tensors) < MOST_KEYS and (kept := [v for v in values if measure.usable(self.seen.torch, v)]):
                tensors[name] = self._range(kept, slots)
        if tensors:
            line["tensors"] = tensors

    def _count(self, values: list[Any], line: dict[str, Any], slots: Slots) -> None:
        torch = self.seen.torch
        on_device = [v for v in values if measure.readable(torch, v) and v.device.type != "cpu"]
        if on_device:
            both = torch.stack(torch.stack([v.detach().reshape(()) for v in on_device]).aminmax())
            slots.add(both, lambda found: line.update(count=[int(v) for v in found]))
            return
        counts = [int(v) for v in values if isinstance(v, (int, float)) or measure.readable(torch, v)]
        if counts:
            line["count"] = [min(counts), max(counts)]

    def _range(self, values: list[Any], slots: Slots) -> dict[str, Any]:
        torch, found = self.seen.torch, dict[str, Any]()
        device = values[0].device
        with torch.no_grad():
            parts = [v.detach().flatten()[:ELEMENTS].float() for v in values if v.device == device]
            x = torch.cat(parts)
            vector = torch.stack([*x.aminmax(), x.mean(), (x == 0).float().mean()])
        names = ("min", "max", "mean", "zero")
        slots.add(vector, lambda numbers: found.update(zip(names, map(rounded, numbers), strict=True)))
        return found
