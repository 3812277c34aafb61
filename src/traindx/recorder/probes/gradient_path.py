"""The way of the gradient: where it is cut between the weights and the loss, and losses that are not backpropagated."""

from __future__ import annotations

import weakref
from typing import Any

from traindx.recorder import measure
from traindx.recorder.code_lines import CUTS, STEPS, lines_like
from traindx.recorder.description import held
from traindx.recorder.forward_graph import nodes_behind
from traindx.recorder.holdings import Place
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.step import Step

PASSES = 2
"""Steps whose layers and losses are looked at, and ..."""
MOST_GRAPHS = 32
"""... backward passes in them whose graph is walked: a loop that updates the weights by hand has one step without end."""
MOST = 400
"""Layers of a line, and losses of a step."""
MOST_STRAYS = 20
ABOVE = 12
"""Lines above the place of a call in which the cut is looked for."""


class GradientPath(Probe):
    """Writes what cuts the gradient's way, and nothing where nothing does.

    An event `graph_lost`, once, where `backward` is called on a loss that hangs on no parameter: `loss` (`leaf` one that was made
    anew, `detached`, `elsewhere` where its graph ends in something else), `gradients` (are they enabled), how many parameters the
    optimizers hold and how many of these are `trainable`, `forward` (path and line of the model's call), `without` (that call was
    without gradients), `code` (lines of the user's own text between the two that may cut it).
    A line `graph_cut` of the first two forward passes: `order` (layers as called), `cuts` [{layer, kind, path, line, code, after}],
    where the layer before it was called `after`. The kind is `no_grad` (a layer with trainable parameters is called without
    gradients), `detached` (a layer receives the memory of an earlier output without its graph) or `copied` (a layer receives
    neither the model's input nor anything with a graph).
    A line `stray_layers`: `layers` {class, shapes, path, line} that the model calls, that are not among its modules, and whose
    parameters require gradients and are in no optimizer.
    An event `never_stepped` at the end of a training that went backward and never stepped: path and line of backward, `code`
    (lines of that file that name a step).
    A line `loss_left_out`: the `losses` {name, path, line} that were computed and are part of no backward pass of the step.
    """

    on_recorded = ("forward", "layer", "layer_without_gradients", "loss", "backward", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._steps = self._graphs = 0
        self._lost = False
        self._forward: Place | None = None
        self._layers: list[tuple[int, str, Place | None]] = []
        self._given: set[int] = set()
        self._made: set[int] = set()
        self._losses: list[tuple[str, Place | None, Any]] = []
        self._strays: list[tuple[list[weakref.ref[Any]], dict[str, Any]]] = []
        self._known: set[int] = set()
        self._backward: Place | None = None

    # ---- forward ----

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called with gradients."""
        if self._steps < PASSES:
            self._forward = self.seen.frames.caller()
            self._layers, self._made, self._strays = [], set(), []
            self._known = {id(m) for m in module.modules()}
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
        self._layers.append((id(module), kind, self.seen.frames.caller()))
        self._note_stray(module)
        self._made |= {_memory(t) for t in _floats(torch, output) if t.requires_grad}
        if given is not None and not given.requires_grad:  # its output in place of the input is no new input
            self._given |= {_memory(t) for t in _floats(torch, output) if not t.requires_grad}

    def _note_stray(self, module: Any) -> None:
        """Keep a layer with trainable parameters that the model does not know: it stands in a list or a dict of Python's."""
        own = [p for p in module._parameters.values() if p is not None]
        if id(module) in self._known or len(self._strays) >= MOST_STRAYS:
            return
        if own and all(p.requires_grad for p in own):
            place = self.seen.frames.caller()
            line = {"class": type(module).__name__, "shapes": [list(p.shape) for p in own]}
            self._strays.append(
                ([weakref.ref(p) for p in own], line | ({"path": place[0], "line": place[1]} if place else {}))
            )

    def layer_without_gradients(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned inside the root's call with gradients, and they are switched off for it."""
        if self._steps >= PASSES or len(self._layers) >= MOST:
            return
        trained = any(p.requires_grad for p in module._parameters.values() if p is not None)
        self._layers.append((id(module), "no_grad" if trained else "", self.seen.frames.caller()))
        self._made |= {_memory(t) for t in _floats(self.seen.torch, output)}

    # ---- backward ----

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function returned."""
        if self._steps < PASSES and len(self._losses) < MOST and value.dim() == 0:
            self._losses.append((name, self.seen.frames.caller(), value.grad_fn))

    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start; after the first steps one is looked at only where its loss has no graph."""
        if self._steps >= PASSES and (self._lost or getattr(tensors, "grad_fn", None) is not None):
            return
        torch = self.seen.torch
        listed = [tensors] if isinstance(tensors, torch.Tensor) else [t for t in tensors if isinstance(t, torch.Tensor)]
        if self._backward is None and not self.seen.steps_taken:
            self._backward = self.seen.frames.caller()
        self._graphs += 1
        if self._graphs > MOST_GRAPHS:
            self._steps, self._losses, self._layers = PASSES, [], []
        behind = nodes_behind(listed) if self._steps < PASSES else None
        if not self._lost and listed and all(t.numel() == 1 for t in listed):
            alone = all(t.grad_fn is None for t in listed)
            if alone or (behind is not None and not self._is_trained(behind)):
                self._lost = True
                self._say_lost(
                    listed[0], "elsewhere" if not alone else "leaf" if listed[0].requires_grad else "detached"
                )
        if behind is not None:
            self._losses = [one for one in self._losses if one[2] not in behind]

    def backward_alone(self, tensors: Any) -> None:
        """The loss has no graph, in a step that is not recorded."""
        self.backward(tensors)

    def _is_trained(self, nodes: set[Any]) -> bool:
        """Whether a graph ends in a parameter of an optimizer or of the model; true where there is no optimizer."""
        optimizers, root = self.seen.holdings.alive, self.seen.roots.root
        known = {id(p) for optimizer in optimizers for p in held(optimizer)}
        known |= set() if root is None else {id(p) for p in root.parameters()}
        ends = (getattr(node, "variable", None) for node in nodes if "AccumulateGrad" in node.name())
        return not optimizers or any(id(variable) in known for variable in ends)

    def _say_lost(self, loss: Any, what: str) -> None:
        seen, place = self.seen, self.seen.frames.caller()
        parameters = [p for optimizer in seen.holdings.alive for p in held(optimizer)]
        forward = self._forward if self._steps < PASSES else None
        fields: dict[str, Any] = {
            "loss": what,
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
            self.leave("forward", "validation_forward", "layer", "layer_without_gradients", "loss", "closed")
            return
        self._steps += 1
        layers, self._layers = self._layers, []
        strays, self._strays = self._strays, []
        held_now = {id(p) for optimizer in self.seen.holdings.alive for p in held(optimizer)} if strays else set()
        found = [line for references, line in strays if not any(id(r()) in held_now for r in references)]
        if found:
            self.seen.journal.write({"kind": "stray_layers", "step": step.number, "layers": found})
        losses, self._losses = self._losses, []
        if losses:
            named = [{"name": name} | ({"path": p[0], "line": p[1]} if p else {}) for name, p, _ in losses]
            self.seen.journal.write({"kind": "loss_left_out", "step": step.number, "losses": named})
        if step.description is None or not any(kind for _, kind, _ in layers):
            return
        names = {key: step.description.layers[at][0] for key, at in step.description.layer_index.items()}
        after = [None, *(place for _, _, place in layers)]
        known = [
            (key, kind, place, before)
            for (key, kind, place), before in zip(layers, after, strict=False)
            if key in names
        ]
        cuts = [self._cut(names[key], kind, place, before) for key, kind, place, before in known if kind]
        order = [names[key] for key, _, _ in layers if key in names]
        self.seen.journal.write({"kind": "graph_cut", "step": step.number, "order": order, "cuts": cuts[:20]})

    def end(self) -> None:
        """The recording ends; without a single step the text may say where one was meant."""
        if self._backward is not None and not self.seen.steps_taken:
            path, line = self._backward
            code = lines_like(STEPS, self.seen.frames.cwd, path)
            self.seen.journal.event("never_stepped", self.seen.now_at, path=path, line=line, code=code)

    def _cut(self, layer: str, kind: str, place: Place | None, before: Place | None) -> dict[str, Any]:
        cut: dict[str, Any] = {"layer": layer, "kind": kind} | ({"after": list(before)} if before is not None else {})
        if place is not None:
            cut |= {"path": place[0], "line": place[1]}
            cut["code"] = lines_like(CUTS, self.seen.frames.cwd, place[0], place[1] - ABOVE, place[1])
        return cut


def _floats(torch: Any, value: Any, depth: int = 3) -> list[Any]:
    """The float tensors in nested values."""
    return [t for t in measure.tensors(torch, value, depth) if measure.usable(torch, t)]


def _memory(tensor: Any) -> int:
    """The identity of the memory behind a tensor, which its views and what is detached from it share."""
    return int(tensor.untyped_storage()._cdata)
