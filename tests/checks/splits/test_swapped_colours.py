"""Red and blue exchanged in a split, from files to the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from traindx.examine import check
from traindx.scan import ScanOptions


def folders(root: Path, val: str) -> Path:
    """Two classes of warm pictures, 20 in train and 14 in val; those of val as they are, blue first, grey, or under cold light."""
    rng = np.random.default_rng(3)
    for split, count in (("train", 20), ("val", 14)):
        for kind in ("a", "b"):
            for n in range(count // 2):
                cells = np.clip(rng.normal((170, 120, 80), 35, (6, 6, 3)), 0, 255).astype(np.uint8)
                picture = np.asarray(Image.fromarray(cells).resize((96, 96), Image.Resampling.BICUBIC))
                if split == "val" and val == "blue first":
                    picture = picture[:, :, ::-1]
                elif split == "val" and val == "grey":
                    picture = picture.mean(axis=2).astype(np.uint8)
                elif split == "val" and val == "cold":
                    picture = np.clip(picture * np.array([0.7, 1.0, 1.4]), 0, 255).astype(np.uint8)
                (root / split / kind).mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.ascontiguousarray(picture)).save(root / split / kind / f"{n}.png")
    return root


@pytest.mark.parametrize(
    ("val", "named"), [("as it is", False), ("blue first", True), ("grey", False), ("cold", False)]
)
def test_exchanged_colours_are_told_from_other_light_and_from_none(val: str, named: bool, tmp_path: Path) -> None:
    report = check(folders(tmp_path, val), scanning=ScanOptions(cache=False), select=("D335",))
    assert bool([f for _, f in report.findings("warning")]) == named
    assert [d.cause for d in report.diagnoses if d.status in ("proved", "consistent") and d.cause != "healthy"] == (
        ["channels-swapped"] if named else []
    )
