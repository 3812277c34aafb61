"""Structure of real pictures, from which limits of two checks were taken: python bench/picture_structure.py FOLDER...

Each FOLDER holds `images` (anywhere below) and, for boxes, `labels` in YOLO's form. Printed are, at 32 to 224 pixels, the mean
difference of neighbouring pixels and of pixels two apart over that of pixels three apart, as they are and reshaped from [H, W, 3]
to [3, H, W]; and of pictures with boxes how many favour the boxes as given, mirrored, and upside down by a tenth.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from traindx.core.box_edges import edge_scores
from traindx.recorder.texture import texture

MOST = 120


def ratios(paths: list[Path], size: int, *, reshaped: bool) -> tuple[float, float]:
    """Medians over batches of four pictures."""
    found = []
    for start in range(0, min(len(paths), 40), 4):
        pictures = [Image.open(p).convert("RGB").resize((size, size)) for p in paths[start : start + 4]]
        batch = torch.stack([torch.from_numpy(np.array(p)).float() for p in pictures])
        values = texture(torch, batch.reshape(len(batch), 3, size, size) if reshaped else batch.permute(0, 3, 1, 2))
        found.append((values[:2] / values[2]).tolist())
    first, second = np.median(np.array(found), axis=0)
    return float(first), float(second)


def favoured(paths: list[Path]) -> tuple[int, int, int]:
    """Pictures whose boxes fit better as given than mirrored, mirrored than as given, and upside down than as given."""
    counts = np.zeros(3, dtype=int)
    for path in paths[:MOST]:
        label = Path(str(path).replace("/images/", "/labels/")).with_suffix(".txt")
        rows = np.loadtxt(label, ndmin=2) if label.exists() and label.stat().st_size else np.zeros((0, 5))
        picture = Image.open(path).convert("L")
        picture.thumbnail((192, 192))
        (w, h), (x, y, bw, bh) = picture.size, rows[:, 1:5].T
        boxes = np.column_stack([(x - bw / 2) * w, (y - bh / 2) * h, (x + bw / 2) * w, (y + bh / 2) * h])
        scores = edge_scores(np.asarray(picture, dtype=float)[None], boxes)
        if scores is not None:
            given, mirrored, turned = scores
            counts += (given > 1.1 * mirrored, mirrored > 1.1 * given, turned > 1.1 * given)
    return int(counts[0]), int(counts[1]), int(counts[2])


def main() -> None:
    """Print both measurements of each folder."""
    for folder in map(Path, sys.argv[1:]):
        paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        for size in (32, 64, 224):
            for reshaped in (False, True):
                first, second = ratios(paths, size, reshaped=reshaped)
                print(f"{folder.name} {size} {'reshaped' if reshaped else 'permuted'}: {first:.2f} {second:.2f}")
        if (folder / "labels").exists():
            print(f"{folder.name}: boxes fit as given {favoured(paths)[0]}, mirrored {favoured(paths)[1]}")


if __name__ == "__main__":
    main()
