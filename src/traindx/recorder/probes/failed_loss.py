"""What a loss function was given when it raised: shapes, and the class ids where they can be read."""

from __future__ import annotations

from types import FrameType
from typing import Any

from traindx.recorder import measure
from traindx.recorder.probe import Probe

FUNCTIONS = ("cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss")
IDS = 4096
"""Class ids that are looked at."""
LISTED = 64


class FailedLoss(Probe):
    """Writes a line `failed_loss` where the exception that ends the training came out of a loss function of torch: its `name`,
    the `shape` of its scores, `target_shape`, the types of both, and for whole-numbered targets on the host `id_min`, `id_max`,
    `count` and `ids` (the different ones, 64 at most). Targets on a device are not read: after its failed assertion nothing can be.
    """

    def raised(self, error: BaseException) -> None:
        """The training ends by an exception: what the loss was given stands in the frame of its function."""
        frame = _loss_frame(error)
        torch = self.seen.torch
        if frame is None:
            return
        scores: Any = frame.f_locals.get("input")
        target: Any = frame.f_locals.get("target")
        if not (measure.is_dense(torch, scores) and measure.is_dense(torch, target)):
            return
        line: dict[str, Any] = {"kind": "failed_loss", "step": self.seen.now_at, "name": frame.f_code.co_name}
        line |= {"shape": list(scores.shape), "target_shape": list(target.shape)}
        line |= {"type": str(scores.dtype)[6:], "target_type": str(target.dtype)[6:]}
        if target.is_cpu and not target.is_floating_point() and target.numel():
            ids = sorted(set(target.detach().reshape(-1)[:IDS].tolist()))
            line |= {"id_min": ids[0], "id_max": ids[-1], "count": int(target.numel()), "ids": ids[:LISTED]}
        self.seen.journal.write(line)


def _loss_frame(error: BaseException) -> FrameType | None:
    """The frame of a loss function in the traceback, the innermost."""
    found, traceback = None, error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_name in FUNCTIONS and code.co_filename.endswith("functional.py"):
            found = traceback.tb_frame
        traceback = traceback.tb_next
    return found
