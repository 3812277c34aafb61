"""The way of the gradient: where it is cut between the weights and the loss, and losses that are not backpropagated."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.code_lines import CUTS, lines_like
from traindx.recorder.description import held
from traindx.recorder.forward_graph import nodes_behind
from traindx.recorder.holdings import Place
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.step import Step

PASSES = 2
"""Forward passes whose layers are looked at."""
MOST = 400
"""Layers of a line, and losses of a step."""
ABOVE = 12
"""Lines above the place of a call in which the cut is looked for."""


class GradientPath(Probe):
    """Writes what cuts the gradient's way, and nothing where nothing does.

    An event `graph_lost`, once, where `backward` is called on a loss without a graph: `loss` (`leaf` one that was made anew,
    else `detached`), `gradients` (are they enabled), how many parameters the optimizers hold and how many of these are
    `trainable`, `forward` (path and line of the model's call), `without` (that call was without gradients), `code` (lines of the
    user's own text between the two that may cut it).
    A line `graph_cut` of the first two forward passes: `order` (layers as called), `cuts` [{layer, kind, path, line, code}] with
    the kind `no_grad` (a layer with trainable parameters is called without gradients), `detached` (a layer receives the memory
    of an earlier output without its graph) or `copied` (a layer receives neither the model's input nor anything with a graph).
    A line `loss_left_out`: the `losses` {name, path, line} that were computed and are part of no backward pass of the step.
    """

    on_recorded = ("layer", "layer_without_gradients", "loss")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._steps = 0
        self._lost = False
        self._forward: Place | None = None
        self._layers: list[tuple[int, str, Place | None]] = []
        self._given: set[int] = set()
        self._made: set[int] = set()
        self._losses: list[tuple[str, Place | None, Any]] = []

    # ---- forward ----

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called with gradients."""
        if self._steps < PASSES:
            self._forward = self.seen.frames.caller()
            self._layers, self._made = [], set()
            self._given = {_memory(t) for t in _floats(self.seen.torch, (arguments, dict(named)))}

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root, or a copy, is called without."""
        if self._steps < PASSES:
            self._forward = self.seen.frames.caller()

    def layer(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned, with gradients enabled."""
        if self._steps >= PASSES or len(self._layers) >= MOST or module._modules:
            return
        torch, kind = self.seen.torch, ""
        given = next(iter(_floats(torch, arguments)), None)
        if given is not None and not given.requires_grad and self._made and _memory(given) not in self._given:
            kind = "detached" if _memory(given) in self._made else "copied"
        self._layers.append((id(module), kind, self.seen.frames.caller() if kind else None))
        self._made |= {_memory(t) for t in _floats(torch, output) if t.requires_grad}
        if given is not None and not given.requires_grad:  # its output in place of the input is no new input
            self._given |= {_memory(t) for t in _floats(torch, output) if not t.requires_grad}

    def layer_without_gradients(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned inside the root's call with gradients, and they are switched off for it."""
        if self._steps >= PASSES or len(self._layers) >= MOST:
            return
        trained = any(p.requires_grad for p in module._parameters.values() if p is not None)
        self._layers.append((id(module), "no_grad" if trained else "", self.seen.frames.caller() if trained else None))
        self._made |= {_memory(t) for t in _floats(self.seen.torch, output)}

    # ---- backward ----

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function returned."""
        if self._steps < PASSES and len(self._losses) < MOST and value.dim() == 0:
            self._losses.append((name, self.seen.frames.caller(), value.grad_fn))

    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start."""
        torch = self.seen.torch
        listed = [tensors] if isinstance(tensors, torch.Tensor) else [t for t in tensors if isinstance(t, torch.Tensor)]
        if not self._lost and listed and all(t.grad_fn is None and t.numel() == 1 for t in listed):
            self._lost = True
            self._say_lost(listed[0])
        if self._losses:
            behind = nodes_behind(listed)
            self._losses = [] if behind is None else [one for one in self._losses if one[2] not in behind]

    def _say_lost(self, loss: Any) -> None:
        seen, place = self.seen, self.seen.frames.caller()
        parameters = [p for optimizer in seen.holdings.alive for p in held(optimizer)]
        forward = self._forward if self._steps < PASSES else None
        fields: dict[str, Any] = {
            "loss": "leaf" if loss.requires_grad else "detached",
            "gradients": bool(seen.torch.is_grad_enabled()),
            "held": len(parameters),
            "trainable": sum(bool(p.requires_grad) for p in parameters),
            "without": "f" not in seen.current.calls,
        }
        if place is not None:
            near = forward is not None and forward[0] == place[0] and forward[1] <= place[1]
            first = place[1] if forward is None or not near else forward[1]
            fields |= {"path": place[0], "line": place[1]}
            fields["code"] = lines_like(CUTS, seen.frames.cwd, place[0], first - ABOVE, place[1])
        seen.journal.event("graph_lost", seen.now_at, **fields, **({"forward": list(forward)} if forward else {}))

    def closed(self, step: Step) -> None:
        """A step is over."""
        if self._steps >= PASSES:
            return
        self._steps += 1
        layers, self._layers = self._layers, []
        losses, self._losses = self._losses, []
        if losses:
            named = [{"name": name} | ({"path": p[0], "line": p[1]} if p else {}) for name, p, _ in losses]
            self.seen.journal.write({"kind": "loss_left_out", "step": step.number, "losses": named})
        if step.description is None or not any(kind for _, kind, _ in layers):
            return
        names = {key: step.description.layers[at][0] for key, at in step.description.layer_index.items()}
        cuts = [self._cut(names[key], kind, place) for key, kind, place in layers if kind and key in names]
        order = [names[key] for key, _, _ in layers if key in names]
        self.seen.journal.write({"kind": "graph_cut", "step": step.number, "order": order, "cuts": cuts[:20]})

    def _cut(self, layer: str, kind: str, place: Place | None) -> dict[str, Any]:
        cut: dict[str, Any] = {"layer": layer, "kind": kind}
        if place is not None:
            cut |= {"path": place[0], "line": place[1]}
            cut["code"] = lines_like(CUTS, self.seen.frames.cwd, place[0], place[1] - ABOVE, place[1])
        return cut


def _floats(torch: Any, value: Any, depth: int = 3) -> list[Any]:
    """The float tensors in nested values."""
    return [t for t in measure.tensors(torch, value, depth) if measure.usable(torch, t)]


def _memory(tensor: Any) -> int:
    return int(tensor.untyped_storage().data_ptr())
