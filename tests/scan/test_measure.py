"""Pictures: sound, damaged, huge, rare."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tests.scan.drawn import jpeg, png, write
from traindx.scan.measure import look


def test_size_mode_and_format_are_those_of_the_file(tmp_path: Path) -> None:
    grey, cmyk, deep = io.BytesIO(), io.BytesIO(), io.BytesIO()
    Image.new("L", (30, 20)).save(grey, "JPEG")
    Image.new("CMYK", (30, 20)).save(cmyk, "JPEG")
    Image.new("I;16", (30, 20)).save(deep, "PNG")
    files = {
        "a.jpg": (jpeg(1, (50, 40)), (50, 40, "RGB", "JPEG")),
        "b.jpg": (grey.getvalue(), (30, 20, "L", "JPEG")),
        "c.jpg": (cmyk.getvalue(), (30, 20, "CMYK", "JPEG")),
        "d.png": (deep.getvalue(), (30, 20, "I;16", "PNG")),
        "e.png": (png((12, 11), "RGBA"), (12, 11, "RGBA", "PNG")),
        "f.jpg": (png((12, 11)), (12, 11, "RGB", "PNG")),
        "g.jpg": (jpeg(1, (40, 30), progressive=True), (40, 30, "RGB", "JPEG")),
    }
    facts = [look(str(write(tmp_path / name, content)))[0] for name, (content, _) in files.items()]
    assert [(f.width, f.height, f.mode, f.format) for f in facts] == [expected for _, expected in files.values()]
    assert [f.damage for f in facts] == [""] * len(files)


def test_exif_orientation_is_read_and_the_size_is_as_stored(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    facts = look(str(write(tmp_path / "a.jpg", jpeg(1, (50, 40), exif=exif.tobytes()))))[0]
    assert (facts.width, facts.height, facts.orientation) == (50, 40, 6)


def _huge_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def _huge_jpeg() -> bytes:
    data = bytearray(jpeg(1))
    at = data.find(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 60000, 60000)
    return bytes(data)


@pytest.mark.parametrize("bomb", [_huge_png(), _huge_jpeg()], ids=["png", "jpeg"])
def test_a_header_that_declares_a_huge_picture_is_refused_without_allocating(tmp_path: Path, bomb: bytes) -> None:
    file = write(tmp_path / "bomb.jpg", bomb)
    tracemalloc.start()
    facts = look(str(file))[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "60000" in facts.damage or "3600000000" in facts.damage
    assert peak < 10_000_000


def test_damage_says_which_chunk_or_byte(tmp_path: Path) -> None:
    whole = png((60, 50))
    at = whole.find(b"IDAT")
    flipped = whole[: at + 10] + bytes([whole[at + 10] ^ 1]) + whole[at + 11 :]
    cut = whole[: at + 20]
    data = jpeg(3)
    hole = data[:5000] + bytes(1000) + data[6000:]
    files = {"flipped.png": flipped, "cut.png": cut, "hole.jpg": hole, "rest.jpg": data[:300]}
    facts = [look(str(write(tmp_path / name, content)))[0] for name, content in files.items()]
    assert "checksum of chunk IDAT" in facts[0].damage
    assert "cut off inside chunk IDAT" in facts[1].damage
    assert "zero bytes from byte 5,0" in facts[2].damage or "zero bytes from byte 4,9" in facts[2].damage
    assert facts[3].damage


def test_postscript_under_a_picture_name_is_not_run(tmp_path: Path) -> None:
    text = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n"
    facts = look(str(write(tmp_path / "a.jpg", text)))[0]
    assert "no picture format known here" in facts.damage


def test_ultralytics_own_way_to_open_pictures_is_not_asked(tmp_path: Path) -> None:
    import ultralytics  # noqa: F401 (puts a function in the place of PIL.Image.open)

    seen, _ = look(str(write(tmp_path / "a.jpg", "hello world")))
    assert "no picture format known here" in seen.damage


def test_a_tiff_that_pillow_does_not_decode_is_called_a_tiff_with_its_channels(tmp_path: Path) -> None:
    entries = [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 7, 86), (262, 3, 1, 1), (277, 3, 1, 7), (339, 3, 7, 100)]
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries)
    data = b"II*\0" + struct.pack("<I", 8) + table + bytes(4) + struct.pack("<14H", *[32] * 7, *[3] * 7)
    whole, cut = (look(str(write(tmp_path / name, d)))[0].damage for name, d in (("a.tif", data), ("b.tif", data[:20])))
    assert "a TIFF of 7 channels of 32-bit floating-point numbers" in whole
    assert "table of contents is cut off" in cut


def test_padding_before_the_end_marker_is_no_damage(tmp_path: Path) -> None:
    data = jpeg(3)
    for count in (40, 400, 5000):
        facts, small = look(str(write(tmp_path / "a.jpg", data[:-2] + bytes(count) + data[-2:])))
        assert facts.damage == "" and small is not None


def test_files_that_cannot_be_read_are_named_not_raised(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "link.jpg").symlink_to("nowhere.jpg")
    facts = [look(str(tmp_path / name))[0] for name in ("folder.jpg", "link.jpg", "none.jpg")]
    assert "cannot be read" in facts[0].damage
    assert facts[1].damage == "broken link to nowhere.jpg"
    assert facts[2].damage == "no such file"
