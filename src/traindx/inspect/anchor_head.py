"""The head of YOLOv5 (`Detect` in its models/yolo.py): for each anchor of a level a box, an objectness and the classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch


class AnchorHead(torch.nn.Module):  # type: ignore[misc]
    """`widths` are the channels of the levels, `stride` their strides; the biases begin as YOLOv5 sets them."""

    def __init__(self, classes: int, anchors: int, widths: Sequence[int], stride: Any) -> None:
        super().__init__()
        self.nc, self.na, self.no, self.nl = classes, anchors, classes + 5, len(widths)
        self.stride = stride
        self.m = torch.nn.ModuleList(torch.nn.Conv2d(width, anchors * self.no, 1) for width in widths)
        self._set_priors()

    def _set_priors(self) -> None:
        """8 objects in a picture of 640, and each class as likely as the others (`_initialize_biases`)."""
        for layer, stride in zip(self.m, self.stride, strict=True):
            bias = layer.bias.detach().view(self.na, -1)
            bias[:, 4] += math.log(8 / (640 / float(stride)) ** 2)
            bias[:, 5:] += math.log(0.6 / (self.nc - 0.99999))

    def forward(self, levels: Sequence[Any]) -> list[Any]:
        """The raw outputs, [samples, anchors, rows, columns, 5 + classes] of each level."""
        found = []
        for layer, level in zip(self.m, levels, strict=True):
            samples, _, rows, columns = level.shape
            found.append(layer(level).view(samples, self.na, self.no, rows, columns).permute(0, 1, 3, 4, 2))
        return found


def anchors_of(written: Any, strides: Sequence[float]) -> tuple[str, list[list[tuple[float, float]]]]:
    """What does not fit about anchors as a yaml has them (empty where all does), and (width, height) by level, in pixels."""
    if isinstance(written, int):
        return "", []
    if not isinstance(written, list) or not all(isinstance(row, list) for row in written):
        return "anchors are no list of lists", []
    if not all(isinstance(v, (int, float)) for row in written for v in row):
        return "anchors hold what is no number", []
    rows = [[(float(w), float(h)) for w, h in zip(row[::2], row[1::2], strict=False)] for row in written]
    if any(len(row) % 2 for row in written):
        return "a level has an odd number of values, each anchor is a width and a height", rows
    if len(rows) != len(strides):
        return f"{len(rows)} levels of anchors for the {len(strides)} levels of the head", rows
    if len({len(row) for row in rows}) > 1:
        return "levels have different numbers of anchors, " + ", ".join(str(len(row)) for row in rows), rows
    if any(w <= 0 or h <= 0 for row in rows for w, h in row):
        return "an anchor has no area", rows
    return "", rows
