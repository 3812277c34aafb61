"""Whether boxes lie on what is seen: pictures with objects under their boxes, and the same with labels that went astray."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from traindx.examine import check
from traindx.scan import ScanOptions

COUNT, WIDE, HIGH = 28, 160, 120
Boxes = list[tuple[float, float, float, float]]


def _picture(draw: np.random.Generator) -> tuple[np.ndarray, Boxes]:
    """Noise with three to five bright blocks, and their boxes."""
    pixels = draw.integers(60, 110, (HIGH, WIDE, 3)).astype(np.uint8)
    boxes: Boxes = []
    for _ in range(draw.integers(3, 6)):
        w, h = (int(side) for side in draw.integers(14, 40, 2))
        x, y = int(draw.integers(0, WIDE - w)), int(draw.integers(0, HIGH - h))
        pixels[y : y + h, x : x + w] = draw.integers(150, 255, 3)
        boxes.append(((x + w / 2) / WIDE, (y + h / 2) / HIGH, w / WIDE, h / HIGH))
    return pixels, boxes


def _set(root: Path, fault: str) -> Path:
    draw = np.random.default_rng(0)
    for split in ("train", "val"):
        scenes = [_picture(draw) for _ in range(COUNT)]
        (root / "images" / split).mkdir(parents=True)
        (root / "labels" / split).mkdir(parents=True)
        for n, (pixels, boxes) in enumerate(scenes):
            if fault == "next picture's labels" or (fault == "val's names off by one" and split == "val"):
                boxes = scenes[(n + 1) % COUNT][1]
            if fault == "flipped alone" and n % 2:
                pixels = pixels[:, ::-1]
            if fault == "padded":
                boxes = [(x, (y * HIGH + (WIDE - HIGH) / 2) / WIDE, w, h * HIGH / WIDE) for x, y, w, h in boxes]
            Image.fromarray(pixels).save(root / f"images/{split}/{n:02d}.png")
            if fault == "counted from below":
                boxes = [(x, 1 - y, w, h) for x, y, w, h in boxes]
            if fault == "divided by 320":
                boxes = [(x * WIDE / 320, y * HIGH / 320, w * WIDE / 320, h * HIGH / 320) for x, y, w, h in boxes]
            rows = [f"0 {x:.5f} {y:.5f} {w:.5f} {h:.5f}\n" for x, y, w, h in boxes]
            (root / f"labels/{split}/{n:02d}.txt").write_text("".join(rows))
    (root / "data.yaml").write_text("train: images/train\nval: images/val\nnames: [block]\n")
    return root / "data.yaml"


@pytest.mark.parametrize(
    ("fault", "code", "cause"),
    [
        ("", None, None),
        ("next picture's labels", "D240", "shuffled-labels"),
        ("val's names off by one", "D242", "shuffled-labels"),
        ("flipped alone", "D241", "boxes-not-transformed"),
        ("padded", "D241", "boxes-not-transformed"),
        ("counted from below", "D243", "wrong-box-format"),
        ("divided by 320", "D243", "wrong-box-format"),
    ],
)
def test_boxes_that_lie_beside_what_is_seen_are_named_by_what_went_astray(
    tmp_path: Path, fault: str, code: str | None, cause: str | None
) -> None:
    report = check(_set(tmp_path, fault), scanning=ScanOptions(cache=False, workers=1))
    failed = [o.code for o in report.outcomes if o.status == "failed" and o.code in ("D240", "D241", "D242", "D243")]
    assert failed == ([code] if code else [])
    assert (report.diagnoses[0].cause if cause else report.verdict) == (cause or "healthy")
