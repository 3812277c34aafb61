"""The difference from which a hand-made loss is taken: which shapes met in it, in the first backward passes."""

from __future__ import annotations

import re
from typing import Any

from traindx.recorder.batch_path import Made
from traindx.recorder.code_lines import lines_like
from traindx.recorder.forward_graph import Node, kind_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe

PASSES = 2
DEEPEST = 40
"""Operations behind the loss that are looked at."""
REDUCED = (
    "Mean",
    "Sum",
    "Pow",
    "Abs",
    "Sqrt",
    "LinalgVectorNorm",
    "Norm",
    "Clamp",
    "ClampMin",
    "Neg",
    "View",
    "Squeeze",
)
"""What a distance is made of behind the difference; products and quotients with numbers, and sums of losses, are passed too."""
WITH_NUMBERS = ("Add", "Mul", "Div", "Sub")
ABOVE = 40
"""Lines above the call of backward in which the difference is looked for."""
SUBTRACTS = re.compile(r"[\w\])]\s+-\s+[\w(]|\.sub\(|\btorch\.sub\(")


class Differences(Probe):
    """Writes a line `difference` for a loss that is the mean or sum of a difference between what the network gave, of shape
    `given`, and something without gradient, where these were broadcast to a larger shape `made`: `path` and `line` of the call of
    backward, and `code`, lines of the user's text above it that subtract.
    """

    on_recorded = ("backward",)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._passes = 0

    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start."""
        if self._passes >= PASSES:
            return
        self._passes += 1
        losses = [tensors] if isinstance(tensors, self.seen.torch.Tensor) else list(tensors)
        for loss in losses[:4]:
            met = None if getattr(loss, "grad_fn", None) is None else difference(loss.grad_fn)
            if met is None:
                continue
            line: dict[str, Any] = {"kind": "difference", "step": self.seen.now_at}
            line |= {"made": list(met[0]), "given": list(met[1])}
            place = self.seen.frames.caller()
            if place is not None:
                path, at = place
                code = lines_like(SUBTRACTS, self.seen.frames.cwd, path, at - ABOVE, at)
                line |= {"path": path, "line": at, "code": code}
            self.seen.journal.write(line)


def difference(node: Node) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The shape of the difference that a loss is made of where it was broadcast, and that of its one input with a gradient."""
    pending = [node]
    for _ in range(DEEPEST):
        if not pending:
            return None
        node = pending.pop()
        inputs = [Made(edge, number) for edge, number in node.next_functions if edge is not None]
        kind, made = kind_of(node), Made(node, 0).shape
        if len(inputs) == 1 and kind in ("Sub", "Rsub") and made != inputs[0].shape:
            return made, inputs[0].shape
        if kind in REDUCED or (kind in WITH_NUMBERS and all(one.shape == made for one in inputs)):
            pending += [one.node for one in inputs]
    return None
