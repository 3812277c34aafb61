"""The overlap of boxes that the user's own function computes: what it was given, how it reads boxes, and whether it is right."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from traindx.core.box_calls import Given, facts_of
from traindx.core.own_overlaps import Call, each_alone, format_of, is_overlap, returns_overlap_alone
from traindx.core.target_boxes import corners
from traindx.recorder import measure
from traindx.recorder.own_functions import OwnFunctions
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.probes.box_calls import DENSE
from traindx.recorder.readback import Slots
from traindx.recorder.schedule import is_written
from traindx.recorder.wrappers import is_traced

SITES, CALLS, BOXES = 6, 32, 32
"""Lines of code that are looked at in a step or a validation, calls of each, and boxes of each argument."""
STEPS = 12
"""Recorded steps that are watched: watching slows a step."""


class OwnOverlaps(Probe):
    """Writes `own_overlaps` into recorded steps, and `own_overlaps` lines {step, sites} of validations: sites as in
    `core.box_calls`, with `function`, its `format`, and `off` and `told` as `core.own_overlaps.format_of` gives them.
    """

    on_recorded = ("forward", "closed")

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._validating = False
        self._steps = self._validations = 0
        self._sites: dict[tuple[str, int], _Site] = {}
        self._traced = is_traced(seen.torch)
        self._functions = OwnFunctions(seen.frames, _is_wanted, self._told)
        self._watching = False

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called with gradients: what comes now is training."""
        self._validating = False
        self.rest("forward")
        if self.seen.current.recorded and self._steps < STEPS:
            self._watch()

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called without gradients: what comes now is its validation."""
        if not self._validating:
            self._sites = {}
            self._leave()
        self._validating = True
        self.wake("forward")
        if is_written(self._validations, DENSE):
            self._watch()

    def closed(self, step: Any) -> None:
        """A recorded step is over."""
        self._steps += self._watching
        self._leave()
        sites, self._sites = self._sites, {}
        if sites and not self._validating:
            step.details["own_overlaps"] = found = list[dict[str, Any]]()
            for site in sites.values():
                site.send(step.slots, found, self.contained)

    def validation_over(self, line: dict[str, Any]) -> None:
        """A validation is over."""
        self._leave()
        sites, self._sites = self._sites, {}
        self._validations += 1
        if sites and self._validating:
            slots, found = Slots(), list[dict[str, Any]]()
            for site in sites.values():
                site.send(slots, found, self.contained)
            self.seen.journal.add_line(slots, {"kind": "own_overlaps", "step": line["step"], "sites": found})

    def end(self) -> None:
        """The recording ends."""
        self._leave()

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            self._functions.watch()

    def _leave(self) -> None:
        self._watching = False
        self._functions.leave()

    def _told(self, name: str, args: tuple[Any, ...], result: Any, caller: Any) -> None:
        if not self._traced():
            self.seen.probes.run(type(self), self._take, name, args, result, caller)

    def _take(self, name: str, args: tuple[Any, ...], result: Any, caller: Any) -> None:
        torch = self.seen.torch
        held = [_tensor(torch, value) for value in args[:3]]
        sets = [b for b in (_boxes(value) for value in held if value is not None) if b is not None]
        returned = _tensor(torch, result)
        if len(sets) != 2 or returned is None or not returned.is_floating_point():
            return
        place = self.seen.frames.caller(caller)
        if place is None:
            return
        site = self._sites.get(place)
        if site is None:
            if len(self._sites) >= SITES:
                return
            site = self._sites[place] = _Site(name, place)
        first, second = sets
        n, m = len(first), len(second)
        if len(site.calls) >= CALLS or not n or not m or len({x.device for x in (first, second, returned)}) > 1:
            return
        with torch.no_grad():
            values = _pairs(returned.detach(), n, m)
            if values is None:
                return
            parts = [first.detach()[:BOXES].float(), second.detach()[:BOXES].float(), values.float()]
            learns = (bool(first.requires_grad), bool(second.requires_grad))
            shape = (len(parts[0]), len(parts[1]), values.dim())
            site.calls.append((torch.cat([p.reshape(-1) for p in parts]), shape, learns))


class _Site:
    """The calls of one line: boxes and what was returned, how many of each, and which of the boxes learn."""

    def __init__(self, function: str, place: tuple[str, int]) -> None:
        self.function, self.place = function, place
        self.calls: list[tuple[Any, tuple[int, int, int], tuple[bool, bool]]] = []

    def send(self, slots: Slots, found: list[dict[str, Any]], contained: Callable[[Any], Any]) -> None:
        """Send the numbers to the host; once all are there, add what they say to `found`."""
        arrived: list[tuple[Call, tuple[bool, bool]]] = []

        def take(shape: tuple[int, int, int], learns: tuple[bool, bool]) -> Callable[[Any], None]:
            def fill(values: Any) -> None:
                arrived.append((_call(np.asarray(values, dtype=np.float64), shape), learns))
                if len(arrived) == len(self.calls):
                    found.extend(_facts(self, arrived))

            return fill

        for values, shape, learns in self.calls:
            slots.add_array(values, contained(take(shape, learns)))


def _call(values: Any, shape: tuple[int, int, int]) -> Call:
    n, m, axes = shape
    first, second, rest = values[: 4 * n], values[4 * n : 4 * (n + m)], values[4 * (n + m) :]
    return Call(first.reshape(n, 4), second.reshape(m, 4), rest.reshape(n, m) if axes == 2 else rest)


def _facts(site: _Site, arrived: list[tuple[Call, tuple[bool, bool]]]) -> list[dict[str, Any]]:
    finite = [
        (c, learns) for c, learns in arrived if all(np.isfinite(x).all() for x in (c.first, c.second, c.returned))
    ]
    if not finite:
        return []
    form, off, told = format_of([call for call, _ in finite], site.function)
    given = [
        Given((corners(first, form), corners(second, form)), learns)
        for c, learns in finite
        for first, second in (each_alone(c) if c.returned.ndim == 1 else [(c.first, c.second)])
    ]
    path, line = site.place
    own = {"function": site.function, "format": form, "off": round(off, 4), "told": told}
    return [{"call": "overlap", "path": path, "line": line, **own, **facts_of(given)}]


def _is_wanted(function: FunctionType) -> bool:
    return is_overlap(function.__name__) and returns_overlap_alone(function.__code__)


def _pairs(returned: Any, n: int, m: int) -> Any:
    """The first values of each pair [n, m], or of sets of one length [n]; axes of one value do not count. None of another shape."""
    axes = [int(size) for size in returned.shape if size != 1]
    if axes == [size for size in (n, m) if size != 1]:
        return returned.reshape(n, m)[:BOXES, :BOXES]
    return returned.reshape(n)[:BOXES] if n == m and axes == [n] else None


def _tensor(torch: Any, value: Any) -> Any:
    """A plain tensor, or an array as one; None of anything else."""
    if type(value) is np.ndarray and value.dtype.kind == "f" and value.size:
        return torch.from_numpy(value.copy())
    return value if measure.readable(torch, value) else None


def _boxes(value: Any) -> Any:
    """Rows of four numbers [n, 4]: a single box, a set of them, or one that is laid out to be held against all of another. None
    of four rows that may as well be columns."""
    if value.dim() == 3 and 1 in value.shape[:2]:
        value = value.reshape(-1, value.shape[2])
    if value.dim() == 1:
        value = value[None]
    fits = value.dim() == 2 and value.shape[1] == 4 and value.shape[0] != 4 and value.is_floating_point()
    return value if fits else None
