"""Detectors of torchvision: the mode in which they return losses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.diagnosed.conftest import Diagnosed

SCRIPT = """
import torch
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.rpn import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign
backbone = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, 4, 1), torch.nn.BatchNorm2d(8), torch.nn.ReLU())
backbone.out_channels = 8
model = FasterRCNN(backbone, num_classes=3, rpn_anchor_generator=AnchorGenerator(((16,),), ((1.0,),)),
                   box_roi_pool=MultiScaleRoIAlign(["0"], 3, 2), min_size=64, max_size=64)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
model.train()
model.roi_heads.eval(); model.rpn.eval()  # frozen, as was meant
for step in range(40):
    pictures = [torch.rand(3, 64, 64) for _ in range(2)]
    targets = [{"boxes": torch.tensor([[8.0, 8.0, 40.0, 40.0]]), "labels": torch.tensor([1])} for _ in pictures]
    loss = sum(model(pictures, targets).values())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


@pytest.mark.slow
def test_a_detector_whose_heads_are_in_evaluation_mode_is_told_from_a_plain_error(
    diagnosed: Callable[..., Diagnosed],
) -> None:
    done = diagnosed(SCRIPT)
    assert done.report.verdict == "faulty"
    assert done.first.cause == "left-in-eval-mode" and done.first.status == "proved"
    assert done.first.places[0].line == done.line_of("rpn.eval()")
