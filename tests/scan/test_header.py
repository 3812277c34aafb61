"""Headers alone say what a decode says, of every kind of file, and read no pixels."""

from __future__ import annotations

import builtins
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.scan.drawn import jpeg, png, write
from tests.scan.test_appearance import saved, scene
from traindx.scan.header import measure_headers
from traindx.scan.jpeg import exif_orientation
from traindx.scan.measure import measure

FACTS = ("width", "height", "mode", "format", "orientation", "damage", "file_size")


def turned(orientation: int, *, big_endian: bool = False, thumbnail: int = 0) -> bytes:
    """EXIF data, as Pillow writes them or by hand, with room for a thumbnail."""
    if not big_endian:
        exif = Image.Exif()
        exif[0x0112] = orientation
        return exif.tobytes() + bytes(thumbnail)
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + orientation.to_bytes(2, "big") + b"\x00\x00"
    return b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + entry + bytes(4 + thumbnail)


def files(root: Path) -> list[str]:
    """Pictures of every kind and ways to be none."""
    made = {
        "plain.jpg": jpeg(1),
        "progressive.jpg": jpeg(1, progressive=True),
        "grey.jpg": saved(Image.new("L", (30, 20))),
        "cmyk.jpg": saved(Image.new("CMYK", (30, 20))),
        "turned.jpg": jpeg(1, (50, 40), exif=turned(6)),
        "big-endian.jpg": jpeg(1, (50, 40), exif=turned(8, big_endian=True)),
        "thumbnail.jpg": jpeg(1, (50, 40), exif=turned(3, big_endian=True, thumbnail=30_000)),
        "comments.jpg": jpeg(1)[:2] + (b"\xff\xfe\x20\x00" + bytes(0x1FFE)) * 5 + jpeg(1)[2:],
        "trailing.jpg": jpeg(1) + bytes(99),
        "cut.jpg": jpeg(1)[:2000],
        "stub.jpg": jpeg(1)[:300],
        "rgb.png": png((12, 11)),
        "alpha.png": png((12, 11), "RGBA"),
        "deep.png": saved(Image.new("I;16", (30, 20)), "PNG"),
        "one-bit.png": saved(Image.new("1", (30, 20)), "PNG"),
        "palette.png": saved(Image.new("P", (30, 20)), "PNG"),
        "cut.png": png()[:-20],
        "png.jpg": png((12, 11)),
        "a.bmp": saved(scene(1, (40, 30)), "BMP"),
        "a.gif": saved(scene(1, (40, 30)), "GIF"),
        "a.webp": saved(scene(1, (40, 30)), "WEBP"),
        "a.tif": saved(scene(1, (40, 30)), "TIFF"),
        "empty.jpg": b"",
        "page.jpg": b"<!DOCTYPE html><html></html>",
        "start.jpg": b"\xff\xd8\xff",
    }
    paths = [str(write(root / name, data)) for name, data in made.items()]
    return [*paths, str(root / "nowhere.jpg"), str(root)]


@pytest.mark.parametrize("column", FACTS)
def test_headers_say_what_a_decode_says(tmp_path: Path, column: str) -> None:
    paths = files(tmp_path)
    quick, full = getattr(measure_headers(paths), column), getattr(measure(paths), column)
    assert {Path(p).name: v for p, v in zip(paths, quick, strict=True)} == {
        Path(p).name: v for p, v in zip(paths, full, strict=True)
    }


def test_nothing_that_needs_pixels_is_said(tmp_path: Path) -> None:
    seen = measure_headers(files(tmp_path))
    assert not seen.content.any() and not seen.phash.any() and not seen.thumb.any()
    assert np.isnan([seen.brightness, seen.contrast, seen.saturation, seen.sharpness]).all()


def test_a_few_kilobytes_of_a_picture_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.jpg", saved(scene(1, (1200, 900)), quality=95))
    counted = 0
    pread = os.pread

    def counting(file: int, count: int, offset: int) -> bytes:
        nonlocal counted
        counted += len(data := pread(file, count, offset))
        return data

    monkeypatch.setattr(os, "pread", counting)
    monkeypatch.setattr(builtins, "open", lambda *_: pytest.fail("opened otherwise"))
    assert measure_headers([str(path)]).width[0] == 1200
    assert 0 < counted < 8192 < path.stat().st_size


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("big_endian", [False, True])
def test_every_orientation_is_read_in_both_byte_orders(orientation: int, big_endian: bool) -> None:
    assert exif_orientation(turned(orientation, big_endian=big_endian).removeprefix(b"Exif\x00\x00")) == orientation


@pytest.mark.parametrize(
    "data", [b"", b"II*\x00", b"II*\x00\xff\xff\xff\xff", b"MM\x00*\x00\x00\x00\x08\xff\xff", b"junk" * 9]
)
def test_broken_exif_is_no_orientation_and_no_error(data: bytes) -> None:
    assert exif_orientation(data) == 1


def test_an_orientation_that_does_not_exist_is_none() -> None:
    assert exif_orientation(turned(9).removeprefix(b"Exif\x00\x00")) == 1
    assert exif_orientation(turned(0, big_endian=True).removeprefix(b"Exif\x00\x00")) == 1


def test_a_header_that_declares_too_much_is_told_and_not_decoded(tmp_path: Path) -> None:
    data = bytearray(jpeg(1))
    at = data.find(b"\xff\xc0")
    data[at + 5 : at + 9] = (60000).to_bytes(2, "big") * 2
    seen = measure_headers([str(write(tmp_path / "a.jpg", bytes(data)))])
    assert "60000 x 60000" in seen.damage[0] and seen.width[0] == 60000


def test_an_animation_counts_as_its_first_frame(tmp_path: Path) -> None:
    out = io.BytesIO()
    scene(1, (40, 30)).save(out, "GIF", save_all=True, append_images=[scene(2, (40, 30))])
    seen = measure_headers([str(write(tmp_path / "a.gif", out.getvalue()))])
    assert (seen.width[0], seen.height[0], seen.damage[0]) == (40, 30, "")
