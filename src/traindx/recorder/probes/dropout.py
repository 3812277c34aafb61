"""Dropout layers and the share that each leaves out."""

from __future__ import annotations

from typing import Any

from traindx.recorder.description import core_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.step import Step

MOST_LAYERS = 256
MOST_LINES = 20


class Dropout(Probe):
    """Writes a line `dropout` with name, class, `p` and mode of each layer of that kind that the first forward pass of a recorded
    step went through, where these differ from the line before. Functions (`F.dropout`) are not seen.
    """

    on_recorded = ("forward", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._found: dict[int, dict[str, Any]] = {}
        self._last: list[dict[str, Any]] = []
        self._lines = 0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: what an unfinished pass has left is forgotten."""
        self._found = {}

    def layer(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned."""
        kind = type(module).__name__
        if "Drop" not in kind or id(module) in self._found or len(self._found) >= MOST_LAYERS:
            return
        share = next((v for n in ("p", "drop_prob") if isinstance(v := getattr(module, n, None), (int, float))), None)
        if share is not None:
            self._found[id(module)] = {"kind": kind, "p": round(float(share), 4), "training": bool(module.training)}

    def closed(self, step: Step) -> None:
        """A step is over: name the layers, where they are others than before."""
        found, self._found = self._found, {}
        shown = list(found.values())
        if not shown or shown == self._last or self._lines >= MOST_LINES:
            return
        self._last = [dict(layer) for layer in shown]
        self._lines += 1
        root = self.seen.roots.root
        names = {} if root is None else {id(m): n.replace("_orig_mod.", "") for n, m in core_of(root).named_modules()}
        layers = [{"name": names.get(key, ""), **layer} for key, layer in found.items()]
        self.seen.journal.write({"kind": "dropout", "step": step.number, "layers": layers})
