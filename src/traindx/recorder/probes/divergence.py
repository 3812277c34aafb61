"""Divergences of Kullback and Leibler: what `kl_div` was given on either side."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import rounded

MOST = 4096
"""Numbers from which on only the first rows are looked at."""


class Divergence(Probe):
    """Writes `divergence` into a recorded step, of its first `kl_div` with two axes: shape, reduction, log_target, whether either
    side learns, path, line, and of the inputs the largest (`input_max`) and the mean sum of a row (`row_sum`), of the targets
    the least and the largest and the mean sum of a row (`target_row_sum`).
    """

    patches = (Patch("torch.nn.functional", "kl_div", after="compared"),)

    def compared(self, arguments: Arguments, named: Named, value: Any) -> None:
        """`kl_div` has returned."""
        torch, step = self.seen.torch, self.seen.current
        if not step.recorded or "divergence" in step.details or not torch.is_grad_enabled():
            return
        x: Any = arguments[0] if arguments else named.get("input")
        t: Any = arguments[1] if len(arguments) > 1 else named.get("target")
        if not (measure.usable(torch, x) and measure.usable(torch, t)) or x.dim() != 2 or x.shape != t.shape:
            return
        rows = max(1, MOST // max(int(x.shape[1]), 1))
        fields: dict[str, Any] = {
            "shape": list(x.shape),
            "scores_learn": x.requires_grad,
            "target_learns": t.requires_grad,
        }
        reduction = named.get("reduction", "mean")
        fields["log_target"] = named.get("log_target") is True
        fields["reduction"] = reduction if type(reduction) is str else "mean"
        place = self.seen.frames.caller()
        fields |= {"path": place[0], "line": place[1]} if place else {}
        with torch.no_grad():
            one, other = x.detach()[:rows].float(), t.detach()[:rows].float()
            low, high = torch.aminmax(other)
            numbers = (one.max(), one.sum(dim=1).mean(), low, high, other.sum(dim=1).mean())
            names = ("input_max", "row_sum", "target_min", "target_max", "target_row_sum")

            def fill(values: list[float]) -> None:
                fields.update(zip(names, map(rounded, values), strict=True))

            step.slots.add(torch.stack(numbers), self.contained(fill))
        step.details["divergence"] = fields
