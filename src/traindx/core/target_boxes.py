"""What the boxes of a batch are: their range, the format that they fit, and those that lie outside or have no area."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXPECTED = {
    "ultralytics": ("cxcywh", "share"),
    "yolo rows": ("cxcywh", "share"),
    "padded rows": ("xyxy", "pixels"),
    "torchvision": ("xyxy", "pixels"),
    "detr": ("cxcywh", "share"),
    "coco": ("xywh", "pixels"),
}
"""How the owner of each form reads its boxes. Ultralytics: `Bboxes` normalised xywh in `Format`; YOLOv5: `utils/loss.py`,
targets (image, class, x, y, w, h); torchvision: docs of `fasterrcnn_resnet50_fpn`; DETR: `DetrLoss`, centres as shares;
COCO: cocodataset.org, data format. Padded rows are what most programs with them read; they have no owner."""

SHARE_AT_MOST = 1.5
"""Boxes whose largest number is below this are taken for shares of the picture: no picture is two pixels wide."""

BEYOND = 1e-3
"""By how much of the picture a box may leave it before it counts as outside: rounding of labels in files. A guess."""


def corners(boxes: Floats, form: str) -> Floats:
    """Boxes [n, 4] read as `xyxy`, `cxcywh` or `xywh`, as corners [n, 4]."""
    a, b, c, d = boxes.T
    if form == "xyxy":
        return boxes
    if form == "xywh":
        return np.column_stack([a, b, a + c, b + d])
    return np.column_stack([a - c / 2, b - d / 2, a + c / 2, b + d / 2])


def in_pixels(
    boxes: Floats, samples: NDArray[np.int64], sizes: Sequence[tuple[int, int]], reading: tuple[str, str]
) -> Floats:
    """Corners [n, 4] in pixels of each box's sample, `reading` being format and unit. `sizes` are heights and widths."""
    found = corners(boxes, reading[0])
    return found * _scale(samples, sizes) if reading[1] == "share" else found


def about_boxes(
    boxes: Floats, samples: NDArray[np.int64], sizes: Sequence[tuple[int, int]], form: str
) -> dict[str, Any]:
    """The `boxes` field of a step's targets. `samples` is each box's sample; `sizes` may be empty where nothing is known.

    `valid` counts, for each format, the boxes that have an area and lie in the picture when read so; the format with the
    largest count is the guess, and what the form's owner expects wins a draw. `outside` and `no_area` are counted in the
    reading that the owner uses.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        finite = np.isfinite(boxes).all(axis=1)
        largest = float(np.abs(boxes[finite]).max(initial=0.0))
        unit = "share" if largest <= SHARE_AT_MOST else "pixels"
        limits = _limits(samples, sizes, unit)
        valid = {f: int(_valid(corners(boxes, f), limits).sum()) for f in ("cxcywh", "xyxy", "xywh")}
        expected = EXPECTED.get(form, ("cxcywh", unit))
        guess = max(valid, key=lambda f: (valid[f], f == expected[0]))
        read = corners(boxes, expected[0])
        allowed = _limits(samples, sizes, expected[1])
        found: dict[str, Any] = {
            "min": _short(boxes[finite].min(axis=0)) if finite.any() else None,
            "max": _short(boxes[finite].max(axis=0)) if finite.any() else None,
            "format": guess,
            "unit": unit,
            "expected": list(expected),
            "valid": valid,
            "outside": int(_outside(read, allowed).sum()),
            "no_area": int((~_has_area(read) & finite).sum()),
        }
        side = np.sqrt(np.clip(np.prod(read[:, 2:] - read[:, :2], axis=1), 0, None))
        side = (
            side * np.sqrt(np.prod(_scale(samples, sizes)[:, :2], axis=1)) if expected[1] == "share" and sizes else side
        )
    found["side"] = _short(np.percentile(side[finite], (0, 50, 100))) if finite.any() else None
    return found if finite.all() else {**found, "not_finite": int((~finite).sum())}


def _scale(samples: NDArray[np.int64], sizes: Sequence[tuple[int, int]]) -> Floats:
    if not sizes:
        return np.ones((len(samples), 4))
    table = np.array([(w, h, w, h) for h, w in sizes], dtype=np.float64)
    return table[np.clip(samples, 0, len(table) - 1)]


def _limits(samples: NDArray[np.int64], sizes: Sequence[tuple[int, int]], unit: str) -> Floats:
    if unit == "share":
        return np.ones((len(samples), 4))
    return _scale(samples, sizes) if sizes else np.full((len(samples), 4), np.inf)


def _valid(read: Floats, limits: Floats) -> NDArray[np.bool_]:
    return _has_area(read) & ~_outside(read, limits)


def _has_area(read: Floats) -> NDArray[np.bool_]:
    return np.asarray((read[:, 2] > read[:, 0]) & (read[:, 3] > read[:, 1]))


def _outside(read: Floats, limits: Floats) -> NDArray[np.bool_]:
    slack = np.where(np.isfinite(limits), limits, 0.0) * BEYOND
    return np.asarray(((read < -slack) | (read > limits + slack)).any(axis=1))


def _short(values: Floats) -> list[float]:
    return [float(f"{v:.5g}") for v in values]
