"""Positives that Ultralytics' assigners find: the task-aligned one of its detectors, the Hungarian one of RT-DETR."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.positives import Assigned, key_for, write
from traindx.recorder.probe import Arguments, Named, Patch, Probe


class UltralyticsPositives(Probe):
    """Writes `positives` {task_aligned | hungarian: {positives, targets, unmatched, candidates}} into the step.

    Of several assignments in one step (the heads of an end-to-end model) the first two are written.
    """

    patches = (
        Patch("ultralytics.utils.tal", "TaskAlignedAssigner.forward", after="aligned"),
        Patch("ultralytics.models.utils.ops", "HungarianMatcher.forward", after="hungarian"),
    )

    def aligned(self, arguments: Arguments, named: Named, result: Any) -> None:
        """`result`: labels, boxes, scores, foreground [B, A], each anchor's target [B, A]; the mask of targets is [B, M, 1]."""
        torch, key = self.seen.torch, key_for(self.seen, "task_aligned")
        mask = named.get("mask_gt", arguments[6] if len(arguments) > 6 else None)
        if key is None or not isinstance(result, tuple) or len(result) < 5 or not isinstance(mask, torch.Tensor):
            return
        foreground, at = result[3], result[4]
        if not measure.readable(torch, foreground) or foreground.dim() != 2:
            return
        with torch.no_grad():
            real = mask.reshape(len(foreground), -1).bool()
            width = real.shape[1]
            found = torch.zeros((len(foreground), width + 1), dtype=torch.bool, device=foreground.device)
            at = torch.where(foreground.bool(), at.long(), width)
            found.scatter_(1, at, True)
            assigned = Assigned(
                foreground.bool().sum(), real.sum(), (real & ~found[:, :width]).sum(), int(foreground.numel())
            )
        write(torch, self.seen.current, key, [assigned], self.contained)

    def hungarian(self, arguments: Arguments, named: Named, result: Any) -> None:
        """`result`: for each image the queries and the targets that belong together."""
        key = key_for(self.seen, "hungarian")
        groups = named.get("gt_groups", arguments[5] if len(arguments) > 5 else None)
        if key is None or not isinstance(result, list) or not isinstance(groups, (list, tuple)):
            return
        queries = int(arguments[2].shape[1]) if len(arguments) > 2 else 0
        parts = [Assigned(len(pair[0]), n, n - len(pair[0]), queries) for pair, n in zip(result, groups, strict=False)]
        write(self.seen.torch, self.seen.current, key, parts, self.contained)
