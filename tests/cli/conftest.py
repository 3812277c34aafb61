"""Small datasets on disk for the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image


def write_yolo(home: Path, rows: str, pictures: int = 4) -> Path:
    """A YOLO set of grey pictures with the same label rows for each; says where its data.yaml is."""
    for split in ("train", "val"):
        (home / "images" / split).mkdir(parents=True)
        (home / "labels" / split).mkdir(parents=True)
        for i in range(pictures):
            shade = 20 * i + (100 if split == "val" else 10)
            Image.new("RGB", (64, 48), (shade, shade, 255 - shade)).save(home / "images" / split / f"{i}.jpg")
            (home / "labels" / split / f"{i}.txt").write_text(rows)
    settings = home / "data.yaml"
    settings.write_text("path: .\ntrain: images/train\nval: images/val\nnames: [cat, dog]\n")
    return settings


@pytest.fixture
def yolo_set(tmp_path: Path) -> Path:
    """A sound dataset."""
    return write_yolo(tmp_path / "sound", "0 0.5 0.5 0.5 0.5\n1 0.3 0.3 0.2 0.2\n")


@pytest.fixture
def faulty_set(tmp_path: Path) -> Path:
    """A dataset whose class ids count from one."""
    return write_yolo(tmp_path / "faulty", "1 0.5 0.5 0.5 0.5\n2 0.3 0.3 0.2 0.2\n")
