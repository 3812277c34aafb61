"""Small recordings with boxes as the network receives them, for the examples in check files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traindx.core.check import Facts
from traindx.core.example import falling, recording_with
from traindx.core.received import TORCHVISION


def run_with_boxes(
    high: Sequence[float],
    *,
    low: Sequence[float] = (0.02, 0.02, 0.03, 0.03),
    form: str = "torchvision",
    unit: str = "pixels",
    valid: tuple[int, int, int] = (8, 16, 8),
    outside: int = 0,
    classes: dict[str, int] | None = None,
    model: str = "",
    reader: str = TORCHVISION,
    **targets: Any,
) -> Facts:
    """A run that is given 16 boxes in each of 60 batches of pictures of 320 x 320. `valid` counts them read as centre and size, as
    corners, and as corner and size. `reader` is the kind of the network's layer that takes them."""
    expected = {"torchvision": ["xyxy", "pixels"], "ultralytics": ["cxcywh", "share"]}[form]
    by_format = dict(zip(("cxcywh", "xyxy", "xywh"), valid, strict=True))
    boxes = {
        "min": list(low),
        "max": list(high),
        "valid": by_format,
        "format": max(by_format, key=lambda name: by_format[name]),
        "unit": unit,
        "expected": expected,
        "outside": outside,
        "no_area": 0,
    }
    found = {"form": form, "from": "forward", "images": 4, "count": 16, "classes": classes or {"1": 16}, **targets}
    detail = {"targets": {**found, "boxes": boxes}, "inputs": {"shape": [4, 3, 320, 320]}}
    layers = [{"name": "transform", "kind": reader}]
    lines = [{"kind": "model", "step": 0, "name": model or "Net", "layers": layers, "parameters": []}]
    return {"recording": recording_with(falling(), detail=detail, events=lines)}
