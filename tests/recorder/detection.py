"""Small detectors and drawn pictures for the tests of what a network receives."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def scenes(seed: int, *, shift: float = 0.0) -> tuple[list[torch.Tensor], list[dict[str, torch.Tensor]]]:
    """Three pictures of 64 x 64 with one, two and one bright rectangles, and torchvision's targets for them."""
    generator = torch.Generator().manual_seed(seed)
    pictures, targets = [], []
    for count in (1, 2, 1):
        picture = torch.rand(3, 64, 64, generator=generator) * 0.3
        boxes = []
        for _ in range(count):
            x, y = (int(v) for v in torch.randint(0, 40, (2,), generator=generator))
            picture[:, y : y + 20, x : x + 22] = 0.9
            boxes.append([x + shift, y + shift, x + 22 + shift, y + 20 + shift])
        pictures.append(picture)
        targets.append({"boxes": torch.tensor(boxes), "labels": torch.ones(count, dtype=torch.int64)})
    return pictures, targets


def backbone() -> nn.Module:
    """Two convolutions with a stride of 8 in all."""
    body = nn.Sequential(nn.Conv2d(3, 8, 3, 4, 1), nn.ReLU(), nn.Conv2d(8, 32, 3, 2, 1), nn.ReLU())
    body.out_channels = 32
    return body


def anchors() -> Any:
    """Square anchors of two sizes."""
    from torchvision.models.detection.anchor_utils import AnchorGenerator

    return AnchorGenerator(((16, 32),), ((1.0,),))


class Yolo(nn.Module):
    """Takes Ultralytics' batch, assigns with Ultralytics' own assigner, and returns the loss with its parts."""

    def __init__(self) -> None:
        super().__init__()
        from ultralytics.utils.tal import TaskAlignedAssigner

        self.body, self.head, self.nc = backbone(), nn.Conv2d(32, 6, 1), 2
        self.assigner = TaskAlignedAssigner(topk=3, num_classes=2)

    def forward(self, batch: dict[str, Any]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        out = self.head(self.body(batch["img"])).flatten(2).transpose(1, 2)
        size = batch["img"].shape[-1] // 8
        grid = torch.stack(torch.meshgrid(torch.arange(size), torch.arange(size), indexing="xy"), -1).reshape(-1, 2)
        points = (grid + 0.5) * 8.0
        shapes = out[..., :4].sigmoid() * 30
        boxes = torch.cat([points - shapes[..., :2], points + shapes[..., 2:]], -1)
        ids, given, mask = self.padded(batch)
        found = self.assigner(out[..., 4:].detach().sigmoid(), boxes.detach(), points, ids, given, mask)
        _, target, scores, foreground, _ = found
        parts = {
            "box_loss": (boxes - target)[foreground].abs().sum() / 100,
            "cls_loss": nn.functional.binary_cross_entropy_with_logits(out[..., 4:], scores),
        }
        return sum(parts.values()) * len(out), {k: v.detach() for k, v in parts.items()}  # type: ignore[return-value]

    def padded(self, batch: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        images, side = len(batch["img"]), batch["img"].shape[-1]
        most = int(torch.bincount(batch["batch_idx"].long(), minlength=images).max())
        ids, boxes, mask = torch.zeros(images, most, 1), torch.zeros(images, most, 4), torch.zeros(images, most, 1)
        for image in range(images):
            rows = batch["batch_idx"] == image
            n, (x, y, w, h) = int(rows.sum()), batch["bboxes"][rows].T * side
            ids[image, :n], mask[image, :n] = batch["cls"][rows], 1
            boxes[image, :n] = torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1)
        return ids, boxes, mask


def yolo_batch(seed: int = 0) -> dict[str, Any]:
    """Three pictures: two objects, none, one of half a pixel."""
    generator = torch.Generator().manual_seed(seed)
    boxes = torch.tensor([[0.3, 0.3, 0.3, 0.25], [0.7, 0.6, 0.4, 0.4], [0.5, 0.5, 0.008, 0.008]])
    return {
        "img": torch.rand(3, 3, 64, 64, generator=generator),
        "cls": torch.tensor([[0.0], [1.0], [1.0]]),
        "bboxes": boxes,
        "batch_idx": torch.tensor([0.0, 0.0, 2.0]),
        "im_file": ("/data/a/1.jpg", "/data/a/2.jpg", "/data/b/3.jpg"),
    }


def step(model: nn.Module, optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """Backward and step."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
