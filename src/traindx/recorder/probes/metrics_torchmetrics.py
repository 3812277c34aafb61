"""What torchmetrics computes, under the name of the metric's class, where the value lies on the host already."""

from __future__ import annotations

import sys
from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe


class MetricsTorchmetrics(Probe):
    """Writes `metric` lines for `compute`; not for the value of a single batch that `forward` returns."""

    patches = (Patch("torchmetrics.metric", "_squeeze_if_scalar", after="computed"),)

    def computed(self, arguments: Arguments, named: Named, value: Any) -> None:
        """A metric has computed its value; the frame that asked for it knows which metric that is."""
        metric = _asking()
        if metric is not None and metric._should_unsync:  # which is off while `forward` computes the value of one batch
            self.seen.logged.metrics({type(metric).__name__: value}, "torchmetrics")


def _asking() -> Any:
    frame: Any = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "wrapped_func":
            return frame.f_locals.get("self")
        frame = frame.f_back
    return None
