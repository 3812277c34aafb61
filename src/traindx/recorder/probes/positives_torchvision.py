"""Positives that torchvision's detectors find: proposals and regions of Faster R-CNN, anchors of RetinaNet, SSD and FCOS."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.positives import MOST, Assigned, key_for, matched, write
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import rounded

PACKAGE = "torchvision.models.detection"
TWO_STAGE = (
    ("rpn", "RegionProposalNetwork.assign_targets_to_anchors", "rpn"),
    ("roi_heads", "RoIHeads.assign_targets_to_proposals", "roi"),
)
ONE_STAGE = (("retinanet", "RetinaNetHead"), ("fcos", "FCOSHead"), ("ssd", "SSD"))


class TorchvisionPositives(Probe):
    """Writes `positives` {rpn, roi | anchors: {positives, targets, unmatched, candidates}} into the step.

    Of Faster R-CNN and its kin also `sampled`, how many positives the sampler of the loss has kept; of anchors `best`, the
    overlap of an object with the anchor that fits it best, on average (where they are boxes: not of FCOS).
    """

    on_recorded = ("forward",)
    patches = (
        *(Patch(f"{PACKAGE}.{m}", path, before=f"{key}_begins", after=f"{key}_ends") for m, path, key in TWO_STAGE),
        *(Patch(f"{PACKAGE}.{m}", f"{owner}.compute_loss", before="one_stage") for m, owner in ONE_STAGE),
        Patch(f"{PACKAGE}._utils", "Matcher.__call__", after="matcher"),
        Patch(f"{PACKAGE}._utils", "BalancedPositiveNegativeSampler.__call__", after="sampler"),
    )

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._images: list[Assigned] | None = None
        self._last = ""
        self._best: list[Any] = []

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called."""
        self._best = []

    def rpn_begins(self, arguments: Arguments, named: Named) -> None:
        """The proposal network matches anchors with targets, an image at a time."""
        self._images, self._best = [], []

    def roi_begins(self, arguments: Arguments, named: Named) -> None:
        """The second stage matches proposals with targets."""
        self._images, self._best = [], []

    def matcher(self, arguments: Arguments, named: Named, matches: Any) -> None:
        """One image was matched: `arguments` are the matcher and the overlaps [targets, predictions]."""
        if len(self._best) >= MOST or (key_for(self.seen, "rpn") is None and key_for(self.seen, "anchors") is None):
            return
        torch = self.seen.torch
        overlaps = named.get("match_quality_matrix", arguments[1] if len(arguments) > 1 else None)
        if measure.readable(torch, matches) and measure.readable(torch, overlaps):
            with torch.no_grad():
                self._best.append(overlaps.detach().amax(dim=1))
                if self._images is not None:
                    positives, unmatched = matched(torch, matches, int(overlaps.shape[0]))
                    targets = int(overlaps.shape[0])
                    self._images.append(Assigned(positives, targets, unmatched, int(matches.numel())))

    def rpn_ends(self, arguments: Arguments, named: Named, result: Any) -> None:
        """All images are matched."""
        self._write("rpn")

    def roi_ends(self, arguments: Arguments, named: Named, result: Any) -> None:
        """All images are matched."""
        self._write("roi")

    def sampler(self, arguments: Arguments, named: Named, result: Any) -> None:
        """The sampler has chosen positives and negatives: a mask of positives for each image."""
        found = self.seen.current.details.get("positives", {}).get(self._last)
        if (
            found is not None
            and isinstance(result, tuple)
            and all(measure.readable(self.seen.torch, m) for m in result[0])
        ):
            with self.seen.torch.no_grad():
                kept = self.seen.torch.stack([mask.sum() for mask in result[0]]).sum()
            fill = self.contained(lambda values: found.update(sampled=int(values[0])))
            self.seen.current.slots.add(kept, fill)
        self._last = ""

    def one_stage(self, arguments: Arguments, named: Named) -> None:
        """A detector of one stage computes its loss: of each image the targets, and each anchor's match."""
        torch, key = self.seen.torch, key_for(self.seen, "anchors")
        targets = named.get("targets", arguments[1] if len(arguments) > 1 else None)
        matches = named.get("matched_idxs", arguments[4] if len(arguments) > 4 else None)
        if key is None or not isinstance(targets, list) or not isinstance(matches, list):
            return
        parts = []
        with torch.no_grad():
            for target, match in list(zip(targets, matches, strict=False))[:MOST]:
                count = len(target["boxes"])
                positives, unmatched = matched(torch, match, count)
                parts.append(Assigned(positives, count, unmatched, int(match.numel())))
        write(torch, self.seen.current, key, parts, self.contained)
        self._write_best(key)

    def _write_best(self, key: str) -> None:
        best, self._best = self._best, []
        if best:
            fields = self.seen.current.details["positives"][key]
            with self.seen.torch.no_grad():
                mean = self.seen.torch.cat(best).float().mean()
            fill = self.contained(lambda values: fields.update(best=rounded(values[0])))
            self.seen.current.slots.add(mean, fill)

    def _write(self, name: str) -> None:
        images, self._images = self._images, None
        key = key_for(self.seen, name)
        if images and key is not None:
            write(self.seen.torch, self.seen.current, key, images, self.contained)
            self._last = key
            if name == "rpn":
                self._write_best(key)
