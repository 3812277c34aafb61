"""Normalisation layers: settings and modes, and in recorded steps the batch against the running statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from traindx.recorder.description import core_of
from traindx.recorder.norm_statistics import (
    Rows,
    completed,
    distances,
    is_norm,
    rows_of,
    summary,
    values_of,
    worst_channel,
)
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.scheduler_facts import plain
from traindx.recorder.step import Step

MOST_CHANNELS = 1 << 15
"""Channels of one step that are looked at; layers beyond are left out."""
MOST_LAYERS = 256
MOST_LINES = 20
WORST = 3
"""Channels that a step names."""
SETTINGS = ("eps", "momentum", "track_running_stats", "affine", "num_groups", "normalized_shape")


class Normalisation(Probe):
    """Writes a line `normalisation` with the layers where their settings or modes differ from the line before, and into
    recorded steps `normalisation`: a column for each number of `norm_statistics.summary`, aligned with the line's layers,
    `values` (how many a channel of a batch norm has), the `worst` channels, and `batches` [least, most] that the layers
    have counted.
    """

    on_recorded = ("forward", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._found: dict[int, tuple[dict[str, Any], Rows]] = {}
        self._counted: list[Any] = []
        self._values: dict[int, int | None] = {}
        self._channels = 0
        self._last: list[dict[str, Any]] = []
        self._lines = 0
        self._names: dict[int, str] = {}
        self._names_of = 0
        self._pending: tuple[list[int], list[dict[str, Any]], dict[str, Any]] | None = None

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: what an unfinished pass has left is forgotten."""
        self._found, self._counted, self._values, self._channels = {}, [], {}, 0

    def layer(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned; of several calls the first counts."""
        if not is_norm(module) or id(module) in self._found or not arguments or len(self._found) >= MOST_LAYERS:
            return
        rows = rows_of(self.seen.torch, module, arguments[0], output)
        if not rows or self._channels + sum(row.numel() for row in rows.values()) > 6 * MOST_CHANNELS:
            return
        self._channels += sum(row.numel() for row in rows.values())
        settings = {name: value for name in SETTINGS if (value := plain(getattr(module, name, None))) is not None}
        weight = getattr(module, "weight", None)
        settings |= {"kind": type(module).__name__, "training": bool(module.training)}
        settings["trainable"] = bool(getattr(weight, "requires_grad", False))
        self._found[id(module)] = settings, rows
        self._values[id(module)] = values_of(module, arguments[0])
        if (counted := getattr(module, "num_batches_tracked", None)) is not None:
            self._counted.append(counted)

    def returned(self, module: Any, output: Any) -> None:
        """The root returned: all rows become one vector."""
        if not self._found or self._pending is not None:
            return
        torch, slots, facts = self.seen.torch, self.seen.current.slots, dict[str, Any]()
        device = next(iter(next(iter(self._found.values()))[1].values())).device
        found = [(key, *both) for key, both in self._found.items() if all(r.device == device for r in both[1].values())]
        settings = [layer for _, layer, _ in found]
        layout = [[(name, row.numel()) for name, row in rows.items()] for _, _, rows in found]
        self._pending = [key for key, _, _ in found], settings, facts
        facts["values"] = [self._values.get(key) for key, _, _ in found]
        with torch.no_grad():
            flat = torch.cat([row.reshape(-1).float() for _, _, rows in found for row in rows.values()])
            slots.add_array(flat, lambda values: facts.update(summaries(values, layout, settings)))
            counted = [c.to(device, non_blocking=True) for c in self._counted if c.dim() == 0]
            if counted:
                both = torch.stack(counted).aminmax()
                slots.add(torch.stack(list(both)), lambda values: facts.update(batches=[int(v) for v in values]))
        self._found, self._counted = {}, []

    def closed(self, step: Step) -> None:
        """Name the layers, and give the numbers to the step."""
        pending, self._pending, self._found, self._counted = self._pending, None, {}, []
        if pending is None or step.description is None:
            return
        keys, settings, facts = pending
        if self._names_of != step.description.signature:
            self._names_of, self._names = step.description.signature, self._named()
        for key, layer in zip(keys, settings, strict=True):
            layer["name"] = self._names.get(key, "")
        if settings != self._last and self._lines < MOST_LINES:
            self._last = settings
            self._lines += 1
            self.seen.journal.write({"kind": "normalisation", "step": step.number, "layers": settings})
        step.details["normalisation"] = facts

    def _named(self) -> dict[int, str]:
        """The names of the root's norms by id; not those of the description, where layers have no children."""
        root = self.seen.roots.root
        named = () if root is None else core_of(root).named_modules()
        return {id(module): name.replace("_orig_mod.", "") for name, module in named if is_norm(module)}


def summaries(
    flat: Any, layout: Sequence[Sequence[tuple[str, int]]], settings: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The columns of a step, from all layers' rows as they were read back."""
    columns: dict[str, list[float | None]] = {}
    worst: list[tuple[float, int, Mapping[str, Any], Any]] = []
    start = 0
    for index, (shape, layer) in enumerate(zip(layout, settings, strict=True)):
        given = {}
        for name, size in shape:
            given[name], start = flat[start : start + size], start + size
        eps, kept = float(layer.get("eps") or 0.0), _kept(layer)
        values = completed(given, eps)
        z = distances(values, eps=eps, kept=kept)
        for name, value in summary(values, z, eps=eps).items():
            columns.setdefault(name, [None] * len(layout))[index] = value
        if z is not None:
            worst.append((float(z.max()), index, values, z))
    ranked = sorted(worst, key=lambda pair: -pair[0] if pair[0] == pair[0] else float("-inf"))[:WORST]
    found = [{"layer": index, **worst_channel(values, z)} for _, index, values, z in ranked]
    return columns | ({"worst": found} if found else {})


def _kept(layer: Mapping[str, Any]) -> float:
    """The share of the running mean that a batch leaves as it was: in training 1 - momentum, all of it in eval."""
    momentum = layer.get("momentum")
    updates = layer["training"] and layer.get("track_running_stats", False) and isinstance(momentum, (int, float))
    return 1.0 - float(momentum) if updates and momentum is not None and momentum < 1 else 1.0
