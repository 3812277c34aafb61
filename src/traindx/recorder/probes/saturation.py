"""How many of the sigmoid and tanh values that hidden layers receive lie in the flat ends, where hardly any gradient passes."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.forward_graph import LINEAR, SHAPES, edges, kind_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Probe
from traindx.recorder.readback import Slots, rounded
from traindx.recorder.step import Step

POOLS = ("MaxPool2DWithIndices", "MaxPool2D", "MkldnnMaxPool2D")
STEPS = frozenset((0, *(2**n for n in range(24))))
"""Steps at which it is looked at, where they are recorded."""
ELEMENTS = 1 << 18
FARTHEST = 12


class Saturation(Probe):
    """Writes lines `saturation`: `layers`, by the name of the convolution or linear layer that receives the values of a sigmoid
    or tanh, directly or pooled: `function` and `share` of the values where the slope is under 4 % of its largest (a tanh beyond
    0.98, a sigmoid outside of 0.01 to 0.99). Gates, whose values are multiplied with others, and outputs are not looked at.
    """

    on_recorded = ("layer", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._made: dict[Any, Any] = {}
        self._found: dict[int, tuple[str, Any]] = {}

    def layer(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned."""
        if self.seen.current.number not in STEPS or not arguments:
            return
        kind, torch = type(module).__name__, self.seen.torch
        if kind in ("Tanh", "Sigmoid") and measure.usable(torch, output) and output.grad_fn is not None:
            self._made[output.grad_fn] = flat_share(torch, output, kind)
        elif kind.startswith(("Conv", "Linear")) and id(module) not in self._found:
            given = arguments[0]
            if measure.usable(torch, given) and given.grad_fn is not None:
                self._receives(module, given)

    def _receives(self, module: Any, given: Any) -> None:
        node, direct = given.grad_fn, True
        for _ in range(FARTHEST):
            kind = None if node is None else kind_of(node)
            if kind in ("Tanh", "Sigmoid"):
                share = flat_share(self.seen.torch, given, kind) if direct else self._made.get(node)
                if share is not None:
                    self._found[id(module)] = kind.lower(), share
                return
            if kind not in (*SHAPES, *LINEAR, *POOLS):
                return
            direct = direct and kind in SHAPES
            node = edges(node)[0]

    def closed(self, step: Step) -> None:
        """The step is over."""
        found, self._found, self._made = self._found, {}, {}
        if not found or step.description is None:
            return
        layers: dict[str, Any] = {}
        slots = Slots()
        for key, (function, share) in found.items():
            at = step.description.layer_index.get(key)
            if at is not None:
                entry = layers[step.description.layers[at][0]] = {"function": function}
                slots.add(share, lambda values, entry=entry: entry.update(share=rounded(values[0])))  # type: ignore[misc]
        self.seen.journal.add_line(slots, {"kind": "saturation", "step": step.number, "layers": layers})


def flat_share(torch: Any, values: Any, kind: str) -> Any:
    """The share of values in the flat ends of a `Tanh` or `Sigmoid`."""
    with torch.no_grad():
        x = measure.excerpt(values.detach(), ELEMENTS)
        flat = x.abs() > 0.98 if kind == "Tanh" else (x < 0.01) | (x > 0.99)
        return flat.float().mean()
