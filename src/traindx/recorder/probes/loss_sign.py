"""Which way the terms of a loss are pushed: the sign of the gradient that arrives at errors, log-probabilities and overlaps."""

from __future__ import annotations

import re
from typing import Any

from traindx.recorder import measure
from traindx.recorder.code_lines import lines_like
from traindx.recorder.forward_graph import edges
from traindx.recorder.guard import unseen_by_modes
from traindx.recorder.loss_terms import Node, Term, activated_twice, terms_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe
from traindx.recorder.readback import rounded
from traindx.recorder.step import Step

STEPS = 3
CHAIN = 4
"""Operations that a loss function adds after the one that is its error: a weight, a mean."""
WRITTEN = {
    "error": re.compile(r"\babs\(|\*\*\s*2|\bpow\(|\bsquare\("),
    "log-probability": re.compile(r"\blog\(|log_softmax|logsigmoid"),
    "overlap": re.compile(r"\biou\b|iou\(|\bunion\b", re.IGNORECASE),
}
"""How a term is written where no loss function computes it."""


class LossSign(Probe):
    """Writes `loss_terms` [{what, of?, path?, line?, low, high}] into the first three recorded steps: `low` and `high` are the
    least and the greatest gradient of what is backpropagated with respect to the term. Another root begins anew.

    An error is to become smaller, so its gradient is above zero; a log-probability and an overlap of boxes are to become
    larger. `twice` says that it is of a sigmoid or softmax of another one's result. Where no loss function computes a term,
    `code` holds the lines of the user's text, in the file `code_path`, that may. Of a log-softmax of rows `axis` and `shape` are
    told.
    """

    on_recorded = ("loss", "backward", "backward_done", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._steps = self._root = 0
        self._made: dict[Node, dict[str, Any]] = {}
        self._handles: list[Any] = []

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function returned: the operations that it ends in are its."""
        self._begin()
        if self._steps >= STEPS:
            return
        place, node = self.seen.frames.caller(), value.grad_fn
        fields = {"of": name} | ({"path": place[0], "line": place[1]} if place else {})
        for _ in range(CHAIN):
            if node is None:
                return
            self._made.setdefault(node, fields)
            node = next(iter(edges(node)), None)

    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start."""
        self._begin()
        made, self._made = self._made, {}
        step, torch = self.seen.current, self.seen.torch
        if self._steps >= STEPS or "loss_terms" in step.details:
            return
        listed = [tensors] if isinstance(tensors, torch.Tensor) else list(tensors)
        found = terms_of([t for t in listed if isinstance(t, torch.Tensor) and t.numel() == 1])
        step.details["loss_terms"] = terms = []
        for term in found:
            fields: dict[str, Any] = {"what": term.what} | (made.get(term.node) or self._written(term))
            fields |= {"twice": True} if activated_twice(term) else {}
            terms.append(fields)
            self._handles.append(term.node.register_prehook(self._hook(step, term, fields)))

    def _hook(self, step: Step, term: Term, fields: dict[str, Any]) -> Any:
        torch = self.seen.torch

        def fill(values: list[float]) -> None:
            fields.update(low=rounded(values[0]), high=rounded(values[1]))

        def measured(arrived: Any) -> None:
            if arrived and measure.usable(torch, arrived[0]) and arrived[0].numel():
                with unseen_by_modes(torch), torch.no_grad():
                    ends = torch.stack(torch.aminmax(arrived[0].detach())).float()
                step.slots.add(ends, self.contained(fill))
                fields.update(_rows(term.node, arrived[0]))

        take = self.contained(measured)

        def hook(arrived: Any) -> None:
            take(arrived)

        return hook

    def _written(self, term: Term) -> dict[str, Any]:
        """The lines above the call of backward, of the same file, that may compute the term."""
        place = self.seen.frames.caller()
        if place is None:
            return {}
        code = lines_like(WRITTEN[term.what], self.seen.frames.cwd, place[0])
        return {"code": code, "code_path": place[0]} if code else {}

    def backward_done(self) -> None:
        """It is over, and the graph is as it was."""
        handles, self._handles = self._handles, []
        for handle in handles:
            handle.remove()

    def closed(self, step: Step) -> None:
        """A step is over."""
        self._steps += 1
        self._made = {}

    def _begin(self) -> None:
        root = self.seen.roots.root
        if root is not None and id(root) != self._root:
            self._steps, self._root = 0 if self._root else self._steps, id(root)


def _rows(node: Node, arrived: Any) -> dict[str, Any]:
    axis = getattr(node, "_saved_dim", None) if str(node.name()).startswith("LogSoftmax") else None
    if axis is None or arrived.dim() != 2:
        return {}
    return {"axis": int(axis - (1 << 64) if axis >= 1 << 63 else axis) % 2, "shape": list(arrived.shape)}
