"""The targets as the network or its loss receives them: how many, of which classes, and for detection the boxes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from traindx.recorder import measure
from traindx.recorder.contents import mapping, sequence
from traindx.recorder.model_classes import class_count
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.target_forms import Targets, boxes_among, classes_in_batch, classes_of, padded_among, rows_among
from traindx.recorder.target_numbers import read

YOLOV5 = ("utils.loss", "yolov5.utils.loss")


class TargetsReceived(Probe):
    """Writes `targets` into the step, of its first batch; `from` says where they were seen.

    What the root's forward is given counts first, then what a loss is given, last what the loader gave. The reading is
    left for other probes as `notes["targets"]`.
    """

    on_recorded = ("forward", "loss", "closed")
    patches = tuple(Patch(module, "ComputeLoss.__call__", before="yolov5_loss") for module in YOLOV5)

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._given: Targets | None = None

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: with Ultralytics, torchvision's detectors and DETR the targets come along."""
        batch, step, torch = self.seen.training_batch, self.seen.current, self.seen.torch
        if not step.recorded or "sizes" in step.notes:
            return
        step.notes["sizes"] = picture_sizes(torch, arguments, named)
        images = len(step.notes["sizes"])
        given = (*arguments, dict(named))
        self._take(boxes_among(torch, given, images) or padded_among(torch, given, images), "forward")
        if self._wanted:
            found = boxes_among(torch, batch, images) or rows_among(torch, batch, images)
            self._given = found or padded_among(torch, batch, images) or classes_in_batch(torch, batch, images)

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function has returned."""
        if self._wanted:
            self._take(classes_of(self.seen.torch, scores, target, name), "loss")

    def criterion(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A loss that is a module has returned."""
        if self._wanted and len(arguments) > 1:
            found = boxes_among(self.seen.torch, arguments[1:], len(self.seen.current.notes["sizes"]))
            self._take(found or classes_of(self.seen.torch, *arguments[:2]), "loss")

    def yolov5_loss(self, arguments: Arguments, named: Named) -> None:
        """YOLOv5's loss is called, with the predictions and the rows."""
        if self._wanted and self.seen.torch.is_grad_enabled():
            values = (*arguments[2:], *named.values())
            self._take(rows_among(self.seen.torch, values, len(self.seen.current.notes["sizes"])), "loss")

    def closed(self, step: Any) -> None:
        """The step is over: where nothing else was seen, take what the loader gave."""
        if self._wanted:
            self._take(self._given, "loader")
        self._given = None

    @property
    def _wanted(self) -> bool:
        step = self.seen.current
        return step.recorded and "sizes" in step.notes and "targets" not in step.details

    def _take(self, found: Targets | None, source: str) -> None:
        if found is None:
            return
        step = self.seen.current
        if found.classes is None and self.seen.roots.root is not None:
            found = replace(found, classes=class_count(self.seen.roots.root))
        fields: dict[str, Any] = {"from": source}
        step.details["targets"] = fields
        step.notes["targets"], vector, numbers = read(self.seen.torch, found, step.notes["sizes"])
        if vector.numel():
            step.slots.add_array(vector, self.contained(lambda values: fields.update(numbers(values))))
        else:
            fields.update(numbers([]))


def picture_sizes(torch: Any, arguments: Arguments, named: Named) -> list[tuple[int, int]]:
    """Height and width of each sample that the root is given: of a batch [N, C, H, W], alone or in a list beside its targets, or
    of a list of pictures [C, H, W]."""
    for value in (*arguments, *named.values()):
        named_values = mapping(value)
        if named_values is not None:
            value = next((named_values[k] for k in ("img", "pixel_values") if k in named_values), None)
        listed = sequence(value)
        if listed and all(measure.is_dense(torch, v) and v.dim() == 3 for v in listed):
            return [(int(v.shape[1]), int(v.shape[2])) for v in listed]
        value = next((v for v in listed or () if measure.is_dense(torch, v) and v.dim() == 4), value)
        if measure.is_dense(torch, value) and value.dim() == 4:
            return [(int(value.shape[2]), int(value.shape[3]))] * int(value.shape[0])
    first = measure.first_tensor(torch, [*arguments, dict(named)])
    return [] if first is None or first.dim() == 0 else [(1, 1)] * int(first.shape[0])
