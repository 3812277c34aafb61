"""Parameters that a loss has of its own (directions of classes, centres, a temperature): are they held, and do they move."""

from __future__ import annotations

import weakref
from typing import Any

from traindx.recorder import measure
from traindx.recorder.description import held
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Probe
from traindx.recorder.readback import Slots
from traindx.recorder.step import Step

LIBRARIES = ("torch.", "torchvision.", "timm.", "transformers.", "lightning.", "monai.", "kornia.", "lpips.")
"""Whose layers may be those of a network in a loss, such as a perceptual one, which stays as it is on purpose."""
MOST, ELEMENTS = 8, 1 << 22


class LossParameters(Probe):
    """Writes a line `loss_parameters` for each module outside of the root that has trainable parameters of its own and none in
    modules inside it, that is called between the forward and the backward pass, and whose parameters no optimizer holds:
    `class`, `names`, `shapes`, path and line of the call, `reached` (gradients that were there when an optimizer stepped)
    and `moved` (parameters that were others in the next recorded step).
    """

    on_recorded = ("criterion", "before_step", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._found: dict[int, tuple[weakref.ref[Any], dict[str, Any]]] = {}
        self._before: dict[int, list[Any]] = {}
        self._over = False

    def criterion(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A module outside of the root returned, with gradients."""
        if self._over or id(module) in self._found or len(self._found) >= MOST:
            return
        own = _own(self.seen.torch, module)
        if own and not f"{type(module).__module__}.".startswith(LIBRARIES) and not _deeper(module):
            place = self.seen.frames.caller()
            line: dict[str, Any] = {
                "class": type(module).__name__,
                "names": list(own),
                "shapes": [list(p.shape) for p in own.values()],
            }
            line |= {"path": place[0], "line": place[1]} if place else {}
            self.wake("before_step")
            self._found[id(module)] = weakref.ref(module), line | {"reached": 0}

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """Gradients are as the optimizer sees them."""
        if not self._over:
            for reference, line in self._found.values():
                own = _own(self.seen.torch, reference())
                line["reached"] = max(line["reached"], sum(p.grad is not None for p in own.values()))

    def closed(self, step: Step) -> None:
        """A step is over: the parameters are kept in the first one, and compared in the next one that is recorded."""
        if self._over or not self._found or not step.recorded:
            return
        torch = self.seen.torch
        holds = {id(p) for optimizer in self.seen.holdings.alive for p in held(optimizer)}
        for key, (reference, line) in self._found.items():
            own = [p for p in _own(torch, reference()).values() if id(p) not in holds]
            if not own or len(own) < len(line["names"]) or sum(p.numel() for p in own) > ELEMENTS:
                continue
            with torch.no_grad():
                now = [p.detach().clone() for p in own]
                if key in self._before:
                    self._over = True
                    pairs = zip(now, self._before[key], strict=True)
                    self._write(step, line, torch.stack([(a != b).any().float() for a, b in pairs]))
                self._before[key] = now
        if self._over:
            self._found, self._before = {}, {}
            self.rest("before_step")

    def _write(self, step: Step, line: dict[str, Any], moved: Any) -> None:
        written, slots = {"kind": "loss_parameters", "step": step.number, **line}, Slots()
        slots.add(moved.sum(), lambda values: written.update(moved=int(values[0])))
        self.seen.journal.add_line(slots, written)


def _own(torch: Any, module: Any) -> dict[str, Any]:
    """The trainable parameters that a module holds itself."""
    own = {} if module is None else module._parameters
    return {name: p for name, p in own.items() if p is not None and p.requires_grad and measure.usable(torch, p)}


def _deeper(module: Any) -> bool:
    """Whether modules inside have parameters: then it is a network, which may be meant to stay as it is."""
    return any(inner._parameters for inner in module.modules() if inner is not module)
