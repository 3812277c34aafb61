"""One call of a loss function: what it was given, by range and shape, and what it returned."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.probe import Probe
from traindx.recorder.readback import Slots, rounded

CLASS_SCORES = ("cross_entropy", "nll_loss")


class LossCall(Probe):
    """Writes `loss_call` into the step: the first loss function's name, the ranges it was given, the line that called it."""

    on_recorded = ("loss",)

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function has returned."""
        step = self.seen.current
        if not step.recorded or "loss_call" in step.details:
            return
        place = self.seen.frames.caller()
        call = measured_call(self.seen.torch, name, scores, target, value, step.slots)
        if call is not None:
            call.update({"path": place[0], "line": place[1]} if place else {})
            step.details["loss_call"] = call


def measured_call(torch: Any, name: str, scores: Any, target: Any, value: Any, slots: Slots) -> dict[str, Any] | None:
    """Shape, classes and ranges of the scores and the target; numbers come through `slots`. None where it cannot look."""
    if not measure.usable(torch, scores) or not measure.readable(torch, target):
        return None
    with torch.no_grad():
        x = measure.excerpt(scores.detach()).float()
        parts = [*torch.aminmax(x), *torch.aminmax(measure.excerpt(target.detach()).float())]
        names = ["input_min", "input_max", "target_min", "target_max"]
        if value.dim() == 0:
            parts.append(value.detach().float())
            names.append("value")
        if name in CLASS_SCORES and x.dim() >= 1:
            parts += torch.aminmax(x.sum(dim=1 if x.dim() > 1 else 0))
            names += ["row_sum_min", "row_sum_max"]
        vector = torch.stack([p.reshape(()) for p in parts])
    call: dict[str, Any] = {"name": name, "shape": list(scores.shape), "target_shape": list(target.shape)}
    if name in CLASS_SCORES:
        call["classes"] = int(scores.shape[1] if scores.dim() > 1 else scores.shape[0])
    slots.add(vector, lambda values: call.update(zip(names, map(rounded, values), strict=True)))
    return call
