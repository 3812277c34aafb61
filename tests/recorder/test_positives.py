"""Positives that detectors assign, and targets that get none, against a count made by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.recorder.conftest import Net, Record
from tests.recorder.detection import Yolo, anchors, backbone, scenes, step, yolo_batch
from traindx.core.recording import Recording
from traindx.recorder.positives import matched


def positives(folder: Path, at: int = 0) -> Any:
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    return recording.details[at]["positives"]


def test_matches_of_one_image_are_counted_and_targets_without_any_too() -> None:
    found, unmatched = matched(torch, torch.tensor([-1, 0, 0, -2, 3]), 5)
    assert (int(found), int(unmatched)) == (3, 3)


def test_the_task_aligned_assigner_tells_targets_that_no_anchor_gets(record: Record, folder: Path) -> None:
    model = Yolo()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    batch = yolo_batch()
    batch["bboxes"][2] = torch.tensor([3.0, 3.0, 0.01, 0.01])  # far outside: no anchor point lies in it
    with record():
        for _ in range(2):
            step(model, optimizer, model(batch)[0])
    found = positives(folder)["task_aligned"]
    assert (found["targets"], found["unmatched"], found["candidates"]) == (3, 1, 3 * 64)
    assert 0 < found["positives"] <= 6


@pytest.mark.parametrize("kind", ["RetinaNet", "FCOS", "FasterRCNN"])
def test_torchvisions_detectors_tell_their_positives(record: Record, folder: Path, kind: str) -> None:
    from torchvision.models import detection

    given: dict[str, Any] = {"num_classes": 3, "min_size": 64, "max_size": 64}
    given |= {"rpn_anchor_generator": anchors()} if kind == "FasterRCNN" else {}
    given |= {"anchor_generator": anchors()} if kind == "RetinaNet" else {}
    if kind == "FCOS":
        from torchvision.models.detection.anchor_utils import AnchorGenerator

        given["anchor_generator"] = AnchorGenerator(((8,),), ((1.0,),))
    model = getattr(detection, kind)(backbone(), **given)
    optimizer = torch.optim.SGD(model.parameters(), 0.001)
    with record():
        for number in range(2):
            step(model, optimizer, sum(model(*scenes(number)).values()))
    found = positives(folder)
    assert set(found) == ({"rpn", "roi"} if kind == "FasterRCNN" else {"anchors"})
    for part in found.values():
        assert part["targets"] == 4 and 0 <= part["unmatched"] < 4 and 4 <= part["positives"] < part["candidates"]
    assert {key: "best" in part for key, part in found.items()} == {
        key: key != "roi" and kind != "FCOS" for key in found
    }
    assert all(0.2 < part["best"] < 1 for part in found.values() if "best" in part)
    if kind == "FasterRCNN":
        assert all(part["sampled"] <= part["positives"] for part in found.values())


YOLOV5 = '''
import torch

class ComputeLoss:
    """The part of YOLOv5's loss that assigns, by its rule and its names."""

    def __init__(self):
        self.anchors, self.hyp = torch.tensor([[[1.25, 1.625], [2.0, 3.75]]]), {"anchor_t": 4.0}

    def __call__(self, p, targets):
        classes = self.build_targets(p, targets)[0]
        loss = p[0].square().mean()
        return loss * len(targets), torch.stack([loss, loss * 0, loss * 2]).detach()

    def build_targets(self, p, targets):
        sides = targets[None, :, 4:6] * torch.tensor([p[0].shape[3], p[0].shape[2]])
        ratio = sides / self.anchors[0][:, None]
        fits = torch.max(ratio, 1 / ratio).max(2)[0] < self.hyp["anchor_t"]
        return [targets.repeat(2, 1, 1)[fits][:, 1]], [], [], []
'''


def test_yolov5s_loss_tells_rows_positives_and_parts(
    record: Record, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "utils").mkdir()
    (tmp_path / "utils" / "__init__.py").touch()
    (tmp_path / "utils" / "loss.py").write_text(YOLOV5)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("utils", "utils.loss"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2 * 7, 1, 8)

        def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
            return [self.conv(x).reshape(len(x), 2, 7, 8, 8).permute(0, 1, 3, 4, 2)]

    model = Head()
    rows = torch.tensor([[0, 1, 0.5, 0.5, 0.2, 0.2], [1, 0, 0.5, 0.5, 0.9, 0.02], [1, 0, 0.2, 0.2, 0.3, 0.3]])
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    try:
        with record():
            from utils.loss import ComputeLoss  # type: ignore[import-not-found]

            compute = ComputeLoss()
            for _ in range(2):
                step(model, optimizer, compute(model(torch.rand(2, 3, 64, 64)), rows)[0])
    finally:
        for name in ("utils", "utils.loss"):
            sys.modules.pop(name, None)
    found = positives(folder)["anchors"]
    assert (found["targets"], found["unmatched"], found["positives"]) == (3, 1, 4)
    details = Recording.load(folder).details[0]
    assert details["targets"]["form"] == "yolo rows" and details["targets"]["count"] == 3
    assert set(details["loss_parts"]["values"]) == {"box", "obj", "cls"}


def test_queries_of_detr_are_counted(record: Record, folder: Path) -> None:
    from transformers.loss.loss_for_object_detection import HungarianMatcher

    matcher = HungarianMatcher()

    class Detr(Net):
        def forward(self, pixel_values: torch.Tensor, labels: Any) -> torch.Tensor:  # type: ignore[override]
            scores = super().forward(pixel_values)
            boxes = torch.full((2, 6, 4), 0.4)
            matcher({"logits": scores.detach()[:, None].repeat(1, 6, 1), "pred_boxes": boxes}, labels)
            return scores.square().mean()

    model = Detr()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    full = {"class_labels": torch.tensor([1, 2]), "boxes": torch.rand(2, 4) * 0.2 + 0.3}
    none = {"class_labels": torch.zeros(0, dtype=torch.int64), "boxes": torch.zeros(0, 4)}
    with record():
        for _ in range(2):
            step(model, optimizer, model(torch.rand(2, 3, 12, 12), [full, none]))
    assert positives(folder)["hungarian"] == {"candidates": 12, "positives": 2, "targets": 2, "unmatched": 0}
