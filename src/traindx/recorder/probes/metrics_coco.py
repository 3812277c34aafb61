"""What COCO's evaluator finds, as torchvision's, MMDetection's and many own scripts use it."""

from __future__ import annotations

from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe

BOXES = ("mAP50-95", "mAP50", "mAP75", "mAP50-95_small", "mAP50-95_medium", "mAP50-95_large")
"""The first six of the twelve numbers that `summarize` prints, in its order; a number of -1 there means that it has none."""


class MetricsCoco(Probe):
    """Writes `metric` lines after `COCOeval.summarize`; those of masks have `segm/` before their name."""

    patches = tuple(
        Patch(module, "COCOeval.summarize", after="summarized")
        for module in ("pycocotools.cocoeval", "faster_coco_eval.core.cocoeval")
    )

    def summarized(self, arguments: Arguments, named: Named, result: Any) -> None:
        """The evaluator has its statistics."""
        evaluator = arguments[0]
        kind = evaluator.params.iouType
        if kind in ("bbox", "segm"):
            prefix = "" if kind == "bbox" else "segm/"
            found = zip(BOXES, evaluator.stats, strict=False)
            self.seen.logged.metrics({prefix + name: value for name, value in found if value >= 0}, "coco")
