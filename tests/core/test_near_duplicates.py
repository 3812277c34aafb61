"""Altered copies of drawn pictures are found by hash and colours; other pictures are not."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from traindx.core.dataset import Images
from traindx.core.near_duplicates import copies
from traindx.scan import scan

COUNT = 24
WIDTH, HEIGHT = 320, 240


def scene(seed: int) -> Image.Image:
    """A picture with light, shapes and texture of its own, as a photograph has."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (5, 6, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, w, h = (int(v) for v in rng.integers(0, [WIDTH, HEIGHT, 90, 90]))
        draw.ellipse((x, y, x + w, y + h), fill=tuple(int(v) for v in rng.integers(0, 255, 3)))
    return picture


def coded_again(picture: Image.Image) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=25)
    return Image.open(io.BytesIO(out.getvalue()))


ALTERED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "coded again": coded_again,
    "half the size": lambda p: p.resize((WIDTH // 2, HEIGHT // 2)),
    "a third of the light": lambda p: p.point(lambda v: int(v * 0.35)),
    "cropped by 5 %": lambda p: p.crop((8, 6, WIDTH - 8, HEIGHT - 6)),
    "mirrored": lambda p: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


def images_of(folder: Path, pictures: dict[str, Image.Image]) -> Images:
    """The pictures, written and scanned; names begin with their split."""
    for name, picture in pictures.items():
        path = folder / "images" / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.convert("RGB").save(path, quality=90)
    (folder / "data.yaml").write_text("train: images/train\nval: images/val\nnames: [a]\n")
    return scan(folder / "data.yaml").images


@pytest.mark.parametrize("kind", ALTERED)
def test_altered_copies_are_found_and_name_their_original(kind: str, tmp_path: Path) -> None:
    scenes = {f"train/{n:02}": scene(n) for n in range(COUNT)}
    altered = {f"val/{n:02}": ALTERED[kind](scene(n)) for n in range(COUNT)}
    images = images_of(tmp_path, scenes | altered)
    train, val = np.flatnonzero(images.split == "train"), np.flatnonzero(images.split == "val")
    found = copies(images, val, train)
    right = [Path(images.path[found.other[i]]).stem == Path(images.path[i]).stem for i in val if found.other[i] >= 0]
    assert all(right) and len(right) >= 0.85 * COUNT
    assert found.mirrored[val].mean() > 0.85 if kind == "mirrored" else not found.mirrored.any()


def test_other_pictures_are_no_copies(tmp_path: Path) -> None:
    images = images_of(tmp_path, {f"train/{n:03}": scene(n) for n in range(150)})
    every = np.arange(len(images))
    assert (copies(images, every, every).other < 0).all()


def test_pictures_of_one_colour_match_only_by_their_bytes(tmp_path: Path) -> None:
    plain = {f"train/{n}": Image.new("RGB", (WIDTH, HEIGHT), (n, n, n)) for n in range(10)}
    images = images_of(tmp_path, {**plain, "train/again": Image.new("RGB", (WIDTH, HEIGHT), (3, 3, 3))})
    every = np.arange(len(images))
    found = copies(images, every, every)
    assert found.exact.sum() == 2 and (found.other >= 0).sum() == 2


def test_a_picture_is_no_copy_of_itself_unless_it_is_listed_twice(tmp_path: Path) -> None:
    images = images_of(tmp_path, {"train/a": scene(1), "val/a": scene(1)})
    train, val = np.flatnonzero(images.split == "train"), np.flatnonzero(images.split == "val")
    assert copies(images, train, train).other.tolist() == [-1, -1]
    assert copies(images, val, train).exact[val].all()
