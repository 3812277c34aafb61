"""Boxes and maps of the user's own against real pictures: how often B150, B151 and B152 speak of right and of wrong targets.

    python bench/own_targets.py FOLDER... >bench/results/own-targets.md

Each FOLDER holds `images` and `labels` (YOLO) anywhere below. Of 8 draws of 100 pictures, in the order in which a shuffled
loader gives them, all boxes or the largest alone are laid over the pictures as they are, over every second one mirrored, over all
mirrored, and over another picture; and drawn as cells of a grid of 12 x 12, also transposed. Printed is how many draws are named.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from traindx.checks.batches.targets_mirrored import EDGES
from traindx.core.own_boxes import LAYOUTS, scores_of
from traindx.core.target_boxes import Floats
from traindx.core.target_places import EXCHANGED, TargetPlaces, elsewhere, row_of
from traindx.recorder.probes.target_places import _features

SIDE, CELLS, DRAWN, DRAWS = 160, 12, 100, 8
FEWEST = 2.5
"""Standard errors under which B152 names boxes of other pictures."""

Sample = tuple[Floats, Floats]
Fault = Callable[[list[Sample]], list[Sample]]


def samples(folder: Path, largest: bool) -> list[Sample]:
    """Pictures [3, 160, 160] with their boxes as corners in shares."""
    found = []
    for path in sorted(folder.rglob("*.jpg")):
        label = Path(str(path).replace("/images/", "/labels/")).with_suffix(".txt")
        rows = np.loadtxt(label, ndmin=2) if label.exists() and label.stat().st_size else np.zeros((0, 5))
        rows = rows[rows[:, 3:].prod(axis=1) > 0]
        if len(rows):
            rows = rows[[rows[:, 3:].prod(axis=1).argmax()]] if largest else rows
            picture = np.asarray(Image.open(path).convert("RGB").resize((SIDE, SIDE)), dtype=float).transpose(2, 0, 1)
            found.append((picture, np.hstack([rows[:, 1:3] - rows[:, 3:] / 2, rows[:, 1:3] + rows[:, 3:] / 2])))
    return found


def mirrored(sample: Sample) -> Sample:
    """The picture mirrored, its boxes not."""
    return sample[0][:, :, ::-1].copy(), sample[1]


def mirrored_with_boxes(sample: Sample) -> Sample:
    """Both mirrored."""
    return mirrored(sample)[0], np.column_stack(
        [1 - sample[1][:, 2], sample[1][:, 1], 1 - sample[1][:, 0], sample[1][:, 3]]
    )


FAULTS: Mapping[str, Fault] = {
    "right": lambda found: found,
    "flipped with boxes": lambda found: [mirrored_with_boxes(s) if n % 2 else s for n, s in enumerate(found)],
    "every second flipped alone": lambda found: [mirrored(s) if n % 2 else s for n, s in enumerate(found)],
    "all flipped alone": lambda found: [mirrored(s) for s in found],
    "another picture": lambda found: [(p, found[(n + 7) % len(found)][1]) for n, (p, _) in enumerate(found)],
    "transposed": lambda found: [(p, b[:, [1, 0, 3, 2]]) for p, b in found],
}


def of_boxes(found: list[Sample]) -> tuple[str, float]:
    """What is said of boxes (`mirrored`, `others`, or nothing), and the standard errors by which they fit as given."""
    rows = [scores_of(p, b, found[n - 1][1], (SIDE, SIDE)).get("0 xyxy") for n, (p, b) in enumerate(found)]
    logs = np.log(np.maximum(np.array([r for r in rows if r]), 1e-6))
    places = TargetPlaces((logs[:, :LAYOUTS] - logs[:, LAYOUTS:])[:, None])
    certainty = places.certainty(places.said)[0]
    others = "others" if np.abs(certainty).max() < FEWEST else ""
    flipped = any(e.whole or e.some for e in elsewhere(places, **EDGES))
    return "mirrored" if flipped else others, float(certainty[0])


def of_grids(found: list[Sample]) -> str:
    """What is said of cells: `mirrored`, `transposed`, or nothing."""
    grids, shown = [], []
    for picture, boxes in found:
        grid, cells = (
            np.zeros((CELLS, CELLS)),
            ((boxes[:, :2] + boxes[:, 2:]) / 2 * CELLS).astype(int).clip(0, CELLS - 1),
        )
        grid[cells[:, 1], cells[:, 0]] = 1
        grids.append(grid)
        shown.append(_features(torch, torch.from_numpy(picture)[None] / 255, (CELLS, CELLS))[0].double().numpy())
    rows = [row_of(features, grids[n], grids[n - 1]) for n, features in enumerate(shown)]
    numbers = np.array([row for row in rows if row]).reshape(-1, 4, 4, 2)
    said = [e for e in elsewhere(TargetPlaces(numbers[..., 0] - numbers[..., 1])) if e.whole or e.some]
    return "" if not said else "transposed" if any(e.layout == EXCHANGED for e in said) else "mirrored"


def main() -> None:
    """Print a table: for each folder, kind of boxes and fault, how many draws were named and as what."""
    print(f"Named of {DRAWS} draws of {DRAWN} pictures: `python bench/own_targets.py FOLDER...`\n")
    print(
        "| set | boxes | targets | of boxes is said | standard errors as given | of cells is said |\n|---|---|---|---|---|---|"
    )
    for folder in map(Path, sys.argv[1:]):
        for largest in (False, True):
            every = samples(folder, largest)
            for fault, change in FAULTS.items():
                boxes, cells, errors = [], [], []
                for seed in range(DRAWS):
                    order = np.random.default_rng(seed).permutation(len(every))[:DRAWN]
                    found = change([every[i] for i in order])
                    said, certainty = of_boxes(found)
                    boxes.append(said)
                    errors.append(certainty)
                    cells.append(of_grids(found))
                shown = [
                    ", ".join(f"{w} {v.count(w)}" for w in sorted(set(v) - {""})) or "nothing" for v in (boxes, cells)
                ]
                spread = f"{min(errors):.1f} to {max(errors):.1f}"
                kind = "largest alone" if largest else "all"
                print(f"| {folder.name} | {kind} | {fault} | {shown[0]} | {spread} | {shown[1]} |", flush=True)


if __name__ == "__main__":
    main()
