"""Positives of DETR and its kin in transformers: queries that the Hungarian matcher gives a target."""

from __future__ import annotations

from typing import Any

from traindx.recorder.positives import MOST, Assigned, key_for, write
from traindx.recorder.probe import Arguments, Named, Patch, Probe

MATCHERS = (
    ("loss_for_object_detection", "HungarianMatcher"),
    ("loss_deformable_detr", "DeformableDetrHungarianMatcher"),
    ("loss_grounding_dino", "GroundingDinoHungarianMatcher"),
    ("loss_lw_detr", "LwDetrHungarianMatcher"),
    ("loss_rf_detr", "RfDetrHungarianMatcher"),
    ("loss_rt_detr", "RTDetrHungarianMatcher"),
)


class DetrPositives(Probe):
    """Writes `positives` {hungarian: {positives, targets, unmatched, candidates}} into the step, of the last decoder layer,
    which is matched first."""

    patches = tuple(Patch(f"transformers.loss.{m}", f"{matcher}.forward", after="paired") for m, matcher in MATCHERS)

    def paired(self, arguments: Arguments, named: Named, result: Any) -> None:
        """`arguments`: the matcher, outputs, and for each image its targets; `result`: for each the queries and the targets."""
        outputs = named.get("outputs", arguments[1] if len(arguments) > 1 else {})
        targets = named.get("targets", arguments[2] if len(arguments) > 2 else None)
        key = key_for(self.seen, "hungarian")
        if key != "hungarian" or not isinstance(result, list) or not isinstance(targets, list):
            return
        boxes = outputs.get("pred_boxes")
        queries = int(boxes.shape[1]) if boxes is not None else 0
        parts = []
        for pair, target in list(zip(result, targets, strict=False))[:MOST]:
            positives, count = len(pair[0]), len(target["boxes"])
            on_host = pair[1].device.type == "cpu"  # as they come from scipy; groups of queries give a target several
            found = len(pair[1].unique()) if on_host else min(positives, count)
            parts.append(Assigned(positives, count, count - found, queries))
        write(self.seen.torch, self.seen.current, key, parts, self.contained)
