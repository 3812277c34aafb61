"""Thumbnails: small, true to the stored pixels, and none where the file cannot be trusted."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from traindx.render.thumbnails import SIDE, Thumbnail, thumbnail


def opened(small: Thumbnail | None) -> Image.Image:
    assert small is not None
    return Image.open(io.BytesIO(base64.b64decode(small.address.partition(",")[2])))


def test_a_large_picture_becomes_small_and_knows_its_size(tmp_path: Path) -> None:
    Image.new("RGB", (1600, 900), (200, 30, 30)).save(tmp_path / "a.jpg")
    small = thumbnail(str(tmp_path / "a.jpg"))
    assert small is not None
    assert (small.width, small.height, small.full_width, small.full_height) == (SIDE, 180, 1600, 900)
    assert opened(small).size == (SIDE, 180)
    assert len(small.address) < 20_000


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    Image.new("L", (28, 28), 90).save(tmp_path / "a.png")
    assert opened(thumbnail(str(tmp_path / "a.png"))).size == (28, 28)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.bmp", "a.webp", "a.tif", "a.gif", "a.ppm"])
def test_every_usual_format_is_shown(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (40, 30), (10, 120, 10)).save(tmp_path / name)
    red, green, blue = opened(thumbnail(str(tmp_path / name))).getpixel((20, 15))  # type: ignore[misc]
    assert green > 90 > 60 > max(red, blue)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"])
def test_every_mode_is_shown(tmp_path: Path, mode: str) -> None:
    name = "a.jpg" if mode in ("CMYK", "YCbCr") else "a.tif" if mode in ("PA", "I", "F") else "a.png"
    Image.new("I" if mode == "I;16" else "RGB", (20, 20)).convert(mode).save(tmp_path / name)
    assert opened(thumbnail(str(tmp_path / name))).mode == "RGB"


def test_deep_grey_is_stretched_over_its_range(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(1000, 3000, 400).reshape(20, 20).astype(np.uint16)).save(tmp_path / "a.png")
    shown = np.asarray(opened(thumbnail(str(tmp_path / "a.png"))))
    assert shown.min() < 20 and shown.max() > 235


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert np.asarray(opened(thumbnail(str(tmp_path / "a.png")))).min() > 250


def test_exif_orientation_is_not_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert opened(thumbnail(str(tmp_path / "a.jpg"))).size == (60, 20)


def test_what_is_no_sound_picture_gives_none(tmp_path: Path) -> None:
    Image.effect_noise((200, 200), 50).save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:2000])
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "words.jpg").write_text("no picture")
    for name in ("cut.png", "empty.jpg", "words.jpg", "missing.jpg", "."):
        assert thumbnail(str(tmp_path / name)) is None, name
    assert thumbnail("\0") is None


def test_a_decompression_bomb_is_not_opened(tmp_path: Path) -> None:
    Image.new("1", (12_000, 12_000)).save(tmp_path / "bomb.png")
    assert (tmp_path / "bomb.png").stat().st_size < 100_000
    assert thumbnail(str(tmp_path / "bomb.png")) is None


def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert thumbnail(str(tmp_path / "pipe.jpg")) is None


def test_a_file_for_another_program_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n")
    assert thumbnail(str(tmp_path / "a.eps")) is None
