"""What passes through the layers in one forward pass: the input, the first weighted layer's input, every layer's output."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from typing import Any

from traindx.recorder import measure
from traindx.recorder.contents import sequence
from traindx.recorder.readback import Slots, rounded

RELUS = ("ReLU", "ReLU6")
COLUMNS = ("mean", "std", "absmax", "dead", "dead_window")
WINDOW = 10
"""Recorded steps over which a unit must be silent to count as dead in the window."""


class Window:
    """For each layer, for how many recorded steps each unit has been silent until now, kept on the device."""

    def __init__(self) -> None:
        self._runs: dict[int, Any] = {}

    def before(self, torch: Any, key: int, low: Any) -> Any:
        """A layer's runs before this step; where it was never seen, as if its units had always been silent."""
        run = self._runs.get(key)
        if run is None or run.shape != low.shape or run.device != low.device:
            run = torch.full(low.shape, float(WINDOW), device=low.device)
        return run

    def after(self, runs: Mapping[int, Any]) -> None:
        """Keep the runs of the layers of this step."""
        self._runs.update(runs)

    def broken(self, key: int) -> None:
        """A layer has let negative numbers through: its runs begin anew."""
        if key in self._runs:
            self._runs[key] = self._runs[key] * 0.0


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
        self._outputs: list[tuple[list[int], int]] = []
        self._last: tuple[weakref.ref[Any], int, list[int]] | None = None
        self._scalars: list[Any] = []
        self._units: dict[int, tuple[Any, Any]] = {}
        self._same = ""
        self._rectifying = () if signed else (torch.nn.ReLU, torch.nn.ReLU6)
        self._known: dict[int, tuple[weakref.ref[Any], int, int | None, tuple[Any, Any] | None]] = {}
        self._inputs: tuple[weakref.ref[Any], int, dict[str, Any]] | None = None

    def inputs(self, arguments: Any) -> None:
        """Measure the first picture-like tensor of the root's arguments."""
        tensor = measure.first_plain(self._torch, arguments)
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
        output = next(iter(sequence(output) or (output,)))
        if measure.usable(self._torch, output):
            self._output(key, output)
            if kind in RELUS:
                self._silent(key, output, kind, rectified=type(module) in self._rectifying)

    def send(self) -> None:
        """Hand what was gathered to the slots: a vector for the outputs of all layers, and one for their units."""
        torch, scalars, outputs, units = self._torch, self._scalars, self._outputs, self._units
        self._scalars, self._outputs, self._units, self._known, self._inputs = [], [], {}, {}, None
        self._last = None
        if scalars:
            self._slots.add(measure.stacked(torch, scalars), lambda values: self._fill_outputs(outputs, values))
        for device in {low.device for low, _ in units.values()}:
            self._send_units(torch, {key: both for key, both in units.items() if both[0].device == device})

    def finish(self, layers: Mapping[int, int], names: Sequence[str]) -> None:
        """Write the columns, aligned with the layers, into the facts; `layers` maps modules by id to their position."""
        columns: dict[str, list[float | None]] = {name: [None] * len(names) for name in COLUMNS}
        for name, values in self._columns.items():
            for key, value in values.items():
                if key in layers:
                    columns[name][layers[key]] = value
        self.facts["activations"] = columns
        if self._same:
            self.facts[self._same] = dict(self.facts["inputs"])
        if "first_input" in self.facts and self._first is not None and self._first in layers:
            # keyword arguments do not reach a hook on all modules: then what the first layer receives is all there is
            self.facts.setdefault("inputs", dict(self.facts["first_input"]))
            self.facts["first_input"]["layer"] = names[layers[self._first]]

    def _input(self, key: str, tensor: Any) -> None:
        if not measure.usable(self._torch, tensor, or_bytes=True):
            return
        before = self._inputs
        if (
            before is not None and before[0]() is tensor and before[1] == measure.version(tensor)
        ):  # as the root was given it
            self.facts[key], self._same = dict(before[2]), key
            return
        vector, facts = measure.input_statistics(self._torch, tensor)
        self.facts[key] = facts
        self._inputs = weakref.ref(tensor), measure.version(tensor), facts
        self._slots.add(vector, lambda values: facts.update(measure.as_input([rounded(v) for v in values])))

    def _output(self, key: int, output: Any) -> None:
        """Take the numbers of a layer's output; an identity's, or a dropout's of zero, are the last one's."""
        last, version = self._last, measure.version(output)
        if last is not None and last[0]() is output and last[1] == version >= 0:
            last[2].append(key)
            return
        scalars, count = measure.activation_statistics(self._torch, output)
        self._scalars += scalars
        keys = [key]
        self._outputs.append((keys, count))
        self._last = weakref.ref(output), version, keys

    def _fill_outputs(self, outputs: Sequence[tuple[list[int], int]], values: list[float]) -> None:
        for at, (keys, count) in enumerate(outputs):
            found = measure.as_activation(values[4 * at : 4 * at + 4], count)
            for name, value in zip(COLUMNS, found, strict=False):
                self._columns[name].update(dict.fromkeys(keys, rounded(value)))

    def _silent(self, key: int, tensor: Any, kind: str, *, rectified: bool = False) -> None:
        """Take the ranges of a layer's units; what one layer returned and the next is given is looked at once."""
        known, axis = self._known.get(id(tensor)), measure.channel_dim(tensor, kind)
        if known is not None and known[0]() is tensor and known[1:3] == (measure.version(tensor), axis):
            ranges = known[3]
        else:
            negative = not self._signed and measure.surely_negative(tensor)
            ranges = None if negative else measure.unit_ranges(self._torch, tensor, kind, rectified=rectified)
            self._known[id(tensor)] = weakref.ref(tensor), measure.version(tensor), axis, ranges
        if ranges is None:
            self._window.broken(key)
        else:
            self._units[key] = ranges

    def _send_units(self, torch: Any, units: Mapping[int, tuple[Any, Any]]) -> None:
        """Of each layer how many units are silent now, how many in the whole window, and how many are ever negative."""
        keys, sizes = list(units), [int(low.numel()) for low, _ in units.values()]
        with torch.no_grad():
            low, high = torch.cat([pair[0] for pair in units.values()]), torch.cat([pair[1] for pair in units.values()])
            silent = ((low == 0) & (high == 0)).float()
            runs = (torch.cat([self._window.before(torch, key, units[key][0]) for key in keys]) + 1) * silent
            self._window.after(dict(zip(keys, runs.split(sizes), strict=True)))
            counted = torch.cat([silent, (runs >= WINDOW).float(), (~(low >= 0)).float()])
            vector = torch.stack(torch._foreach_norm(counted.split(3 * sizes), 1))  # of zeros and ones: how many

        def fill(values: Sequence[float]) -> None:
            for at, (key, size) in enumerate(zip(keys, sizes, strict=True)):
                now, window, negative = values[at :: len(keys)]
                if not negative or self._signed:
                    self._columns["dead"][key] = rounded(now / size)
                    self._columns["dead_window"][key] = rounded(window / size)

        self._slots.add(vector, fill)
