"""Draws small COCO datasets: pictures of noise, one json per split, and entries to spoil."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.scan.drawn import HEIGHT, WIDTH, jpeg, write

Coco = dict[str, Any]
PICTURES = 6


def coco(split: str = "train", pictures: int = PICTURES) -> Coco:
    """A sound json: each picture has three boxes with outlines, of three categories counted from 1."""
    images = [{"id": n + 1, "file_name": f"{split}{n}.jpg", "width": WIDTH, "height": HEIGHT} for n in range(pictures)]
    annotations = [annotation(3 * n + k + 1, n + 1, k + 1, n) for n in range(pictures) for k in range(3)]
    return {
        "info": {"year": 2024},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": k + 1, "name": name, "supercategory": "thing"} for k, name in enumerate("abc")],
    }


def annotation(own: int, image: int, category: int, n: int = 0) -> Coco:
    """One annotation: a box of 30 x 24 pixels and the rectangle as its polygon."""
    x, y, w, h = 8.0 + 45 * (category - 1) + n, 60.0 + 5 * category + 2 * n, 30.0 + n, 24.0 + 2 * category
    polygon = [[x, y, x + w, y, x + w, y + h, x, y + h]]
    return {
        "id": own,
        "image_id": image,
        "category_id": category,
        "bbox": [x, y, w, h],
        "area": w * h,
        "iscrowd": 0,
        "segmentation": polygon,
    }


def write_coco(root: Path, train: Coco | None = None, val: Coco | None = None, *, indent: int | None = 1) -> Path:
    """The set in the layout of COCO itself: annotations/instances_train.json beside train/ and val/. Returns the root."""
    for seed, (split, given) in enumerate((("train", train), ("val", val))):
        for n in range(PICTURES):
            write(root / split / f"{split}{n}.jpg", jpeg(10 * seed + n))
        text = json.dumps(given if given is not None else coco(split), indent=indent)
        write(root / "annotations" / f"instances_{split}.json", text)
    return root


def line_of(file: Path, where: str, n: int) -> int:
    """The line at which the nth entry (from 0) of a list begins, in a json written with an indent of 1."""
    lines = file.read_text().splitlines()
    start = lines.index(f' "{where}": [')
    return [i for i, line in enumerate(lines) if line == "  {" and i > start][n] + 1
