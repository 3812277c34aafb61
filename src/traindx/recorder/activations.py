"""What passes through the layers in one forward pass: the input, the first weighted layer's input, every layer's output."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from traindx.recorder import measure
from traindx.recorder.readback import Slots, rounded

RELUS = ("ReLU", "ReLU6")
COLUMNS = ("mean", "std", "absmax", "dead", "dead_window")
WINDOW = 10
"""Recorded steps over which a unit must be silent to count as dead in the window."""


class Window:
    """For each layer, which units were silent in each of the last recorded steps, kept on the device."""

    def __init__(self) -> None:
        self._seen: dict[int, deque[Any]] = {}

    def silent(self, torch: Any, key: int, silent: Any) -> Any:
        """Remember `silent` (bool, a unit each) and return the share of units silent in all that is remembered."""
        seen = self._seen.setdefault(key, deque(maxlen=WINDOW))
        if seen and (seen[0].shape != silent.shape or seen[0].device != silent.device):
            seen.clear()
        seen.append(silent)
        with torch.no_grad():
            return torch.stack(list(seen)).all(dim=0).float().mean()


class Pass:
    """Collects the statistics of one forward pass into `facts`; the numbers come later, through `slots`.

    Units count as silent where nothing is negative, as behind a ReLU; with `signed` also where ReLU lets negatives pass.
    """

    def __init__(self, torch: Any, slots: Slots, window: Window, *, signed: bool = False) -> None:
        self._torch, self._slots, self._window, self._signed = torch, slots, window, signed
        self.facts: dict[str, Any] = {}
        self._columns: dict[str, dict[int, float]] = {name: {} for name in COLUMNS}
        self._seen: set[int] = set()
        self._first: int | None = None

    def inputs(self, arguments: Any) -> None:
        """Measure the first picture-like tensor of the root's arguments."""
        tensor = measure.first_tensor(self._torch, arguments)
        if tensor is not None:
            self._input("inputs", tensor)

    def layer(self, module: Any, arguments: Any, output: Any) -> None:
        """Measure one call of a layer; of several calls in one pass the first counts."""
        key, kind = id(module), type(module).__name__
        if key in self._seen:
            return
        self._seen.add(key)
        source = arguments[0] if arguments else None
        weighted = kind.startswith(("Conv", "Linear"))
        if weighted and self._first is None:
            self._first = key
            self._input("first_input", source)
        elif weighted and measure.usable(self._torch, source):
            self._silent(key, source, kind)
        if isinstance(output, (tuple, list)) and output:
            output = output[0]
        if measure.usable(self._torch, output):
            self._output(key, output)
            if kind in RELUS:
                self._silent(key, output, kind)

    def finish(self, layers: Mapping[int, int], names: Sequence[str]) -> None:
        """Write the columns, aligned with the layers, into the facts; `layers` maps modules by id to their position."""
        columns: dict[str, list[float | None]] = {name: [None] * len(names) for name in COLUMNS}
        for name, values in self._columns.items():
            for key, value in values.items():
                if key in layers:
                    columns[name][layers[key]] = value
        self.facts["activations"] = columns
        if "first_input" in self.facts and self._first is not None and self._first in layers:
            # keyword arguments do not reach a hook on all modules: then what the first layer receives is all there is
            self.facts.setdefault("inputs", dict(self.facts["first_input"]))
            self.facts["first_input"]["layer"] = names[layers[self._first]]

    def _input(self, key: str, tensor: Any) -> None:
        if not measure.usable(self._torch, tensor, or_bytes=True):
            return
        vector, facts = measure.input_statistics(self._torch, tensor)
        self.facts[key] = facts
        self._slots.add(vector, lambda values: facts.update(measure.as_input([rounded(v) for v in values])))

    def _output(self, key: int, output: Any) -> None:
        vector, count = measure.activation_statistics(self._torch, output)

        def fill(values: list[float]) -> None:
            for name, value in zip(COLUMNS, measure.as_activation(values, count), strict=False):
                self._columns[name][key] = rounded(value)

        self._slots.add(vector, fill)

    def _silent(self, key: int, tensor: Any, kind: str) -> None:
        found = measure.silent_units(self._torch, tensor, kind)
        if found is None:
            return
        torch = self._torch
        silent, least = found
        with torch.no_grad():
            vector = torch.stack([silent.float().mean(), self._window.silent(torch, key, silent), least.float()])

        def fill(values: list[float]) -> None:
            now, window, low = values
            if low >= 0 or self._signed:
                self._columns["dead"][key] = rounded(now)
                self._columns["dead_window"][key] = rounded(window)

        self._slots.add(vector, fill)
