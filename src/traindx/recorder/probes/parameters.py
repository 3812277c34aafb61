"""Parameters: how they are held, and which are frozen or thawed while the training goes on."""

from __future__ import annotations

from typing import Any

from traindx.recorder.description import core_of
from traindx.recorder.holdings import Place
from traindx.recorder.observation import Observation
from traindx.recorder.parameter_facts import NAMES, parameter_facts
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.step import Step

MOST_LINES = 20
MOST_EVENTS = 100
MOST_LOOKS = 300
"""Calls of `requires_grad_` whose place is sought."""


class Parameters(Probe):
    """Writes a line `parameters` (see `parameter_facts`) at the first recorded step and after a change of what is trained,
    and an event `frozen` or `thawed` with the names where `requires_grad` changed; its line where `Module.requires_grad_` did it.

    Which parameters have no gradient (null) or a zero one stands in each recorded step's `parameters.grad`.
    """

    on_recorded = ("closed",)
    patches = (Patch("torch.nn.modules.module", "Module.requires_grad_", after="switched"),)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._signature: int | None = None
        self._trainable: dict[str, bool] = {}
        self._place: Place | None = None
        self._lines = self._events = self._looks = 0

    def switched(self, arguments: Arguments, named: Named, result: Any) -> None:
        """`requires_grad_` was called on a module."""
        if self._looks < MOST_LOOKS:
            self._looks += 1
            self._place = self.seen.frames.caller()

    def closed(self, step: Step) -> None:
        """A step is over; its description is new where the model, its parameters or their holders have changed."""
        root, description = self.seen.roots.root, step.description
        if root is None or description is None or description.signature == self._signature:
            return
        self._signature = description.signature
        if self._lines < MOST_LINES:
            self._lines += 1
            facts = parameter_facts(root, self.seen.holdings.numbered)
            self.seen.journal.write({"kind": "parameters", "step": step.number, **facts, **_unsynchronised(root)})
        self._compare(step, {n: p.requires_grad for n, p in core_of(root).named_parameters()})

    def _compare(self, step: Step, trainable: dict[str, bool]) -> None:
        before, self._trainable = self._trainable, trainable
        place, self._place = self._place, None
        for event, now in (("frozen", False), ("thawed", True)):
            names = [n for n, is_on in trainable.items() if is_on is now and before.get(n, now) is not now]
            if names and self._events < MOST_EVENTS:
                self._events += 1
                fields = {"path": place[0], "line": place[1]} if place else {}
                self.seen.journal.event(event, step.number, count=len(names), names=names[:NAMES], **fields)


def _unsynchronised(root: Any) -> dict[str, Any]:
    """Trainable parameters that DistributedDataParallel does not know: they came after the model was wrapped."""
    known = getattr(root, "_module_parameters", None)
    if type(root).__name__ != "DistributedDataParallel" or not isinstance(known, list):
        return {}
    inside = {id(p) for p in known}
    names = [n for n, p in core_of(root).named_parameters() if p.requires_grad and id(p) not in inside]
    return {"unsynchronised": {"count": len(names), "names": names[:NAMES]}} if names else {}
