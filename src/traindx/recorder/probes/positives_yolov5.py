"""Positives that YOLOv5's loss finds: cells and anchors that are to match a target."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.positives import Assigned, key_for, write
from traindx.recorder.probe import Arguments, Named, Patch, Probe


class Yolov5Positives(Probe):
    """Writes `positives` {anchors: {positives, targets, unmatched, candidates}} into the step.

    A target is unmatched where its shape is further from every anchor of every layer than `hyp["anchor_t"]` allows, which is
    the rule of `ComputeLoss.build_targets` (ultralytics/yolov5, utils/loss.py).
    """

    patches = tuple(
        Patch(module, "ComputeLoss.build_targets", after="built") for module in ("utils.loss", "yolov5.utils.loss")
    )

    def built(self, arguments: Arguments, named: Named, result: Any) -> None:
        """`arguments`: the loss, predictions [B, anchors, y, x, outputs] a layer, rows [n, 6]; `result`: tcls, tbox, indices."""
        torch, key = self.seen.torch, key_for(self.seen, "anchors")
        given = [*arguments[1:], *named.values()]
        if key is None or len(given) < 2 or not isinstance(result, tuple):
            return
        predictions, rows = given[0], given[1]
        positives = sum(int(classes.shape[0]) for classes in result[0])
        candidates = sum(int(p[..., 0].numel()) for p in predictions)
        count = int(rows.shape[0])
        unmatched: Any = 0
        if count and measure.usable(torch, rows):
            with torch.no_grad():
                unmatched = count - _matched(torch, arguments[0], predictions, rows.detach()).sum()
        write(torch, self.seen.current, key, [Assigned(positives, count, unmatched, candidates)], self.contained)


def _matched(torch: Any, loss: Any, predictions: Any, rows: Any) -> Any:
    """Which targets fit an anchor of a layer: both ratios of their sides, either way round, are below the limit."""
    found = torch.zeros(len(rows), dtype=torch.bool, device=rows.device)
    for anchors, prediction in zip(loss.anchors, predictions, strict=True):
        height, width = prediction.shape[2:4]
        sides = torch.stack([rows[:, 4] * width, rows[:, 5] * height], dim=1)  # no numbers sent to the device
        ratio = sides[None] / anchors.detach()[:, None].to(rows.dtype)
        found |= (torch.maximum(ratio, 1 / ratio).amax(dim=2) < loss.hyp["anchor_t"]).any(dim=0)
    return found
