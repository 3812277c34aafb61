"""Damage at 200 places of a picture, and what is no damage."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.scan.test_appearance import saved, scene
from traindx.scan.damage import not_a_picture
from traindx.scan.jpeg import measured_jpeg
from traindx.scan.raster import measured_raster

PLACES = 200


def zeroed(data: bytes, at: int, count: int) -> bytes:
    """The bytes with some of them zero."""
    return data[:at] + bytes(count) + data[at + count :]


HARMS: dict[str, Callable[[bytes, int], bytes]] = {
    "cut": lambda data, at: data[:at],
    "cut, end marker put behind": lambda data, at: data[:at] + b"\xff\xd9",
    "512 bytes zeroed": lambda data, at: zeroed(data, min(at, len(data) - 514), 512),
    "64 bytes zeroed": lambda data, at: zeroed(data, min(at, len(data) - 66), 64),
    "zeroed to the end": lambda data, at: data[:at] + bytes(len(data) - at),
}


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    """Four JPEGs of 320 x 240, some 20 KB each, with the usual Huffman tables."""
    return [saved(scene(seed), quality=85) for seed in range(4)]


def seen(pictures: list[bytes], harm: Callable[[bytes, int], bytes], tail: int) -> int:
    """At how many places the harm is seen: evenly spread over the scans, up to `tail` bytes before the end."""
    found = 0
    for n in range(PLACES):
        data = pictures[n % len(pictures)]
        start = data.find(b"\xff\xda") + 14
        at = start + (len(data) - tail - start) * n // PLACES
        found += measured_jpeg(harm(data, at))[0].damage != ""
    return found


@pytest.mark.parametrize("harm", HARMS)
def test_damage_is_seen_at_every_place_of_a_baseline_picture(pictures: list[bytes], harm: str) -> None:
    assert seen(pictures, HARMS[harm], tail=80) == PLACES


@pytest.mark.parametrize(("harm", "least"), [("cut, end marker put behind", 195), ("512 bytes zeroed", 150)])
def test_damage_of_a_progressive_picture_is_mostly_seen(harm: str, least: int) -> None:
    # A cut between two of its scans leaves a coarser picture that is whole by the standard.
    pictures = [saved(scene(seed), quality=85, progressive=1) for seed in range(4)]
    assert seen(pictures, HARMS[harm], tail=600) >= least


def test_broken_tables_are_seen(pictures: list[bytes]) -> None:
    data = pictures[0]
    at = data.find(b"\xff\xc4") + 5
    assert measured_jpeg(data[:at] + b"\xff" * 8 + data[at + 8 :])[0].damage


def test_flat_pictures_whose_code_is_all_zeros_are_sound() -> None:
    made = 0
    for options in [(o, p, s) for o in (0, 1) for p in (0, 1) for s in (0, 2)]:
        for mode, colour in (("L", 200), ("RGB", (200, 30, 60))):
            for size in ((640, 480), (1600, 1200), (64, 64)):
                picture = Image.new(mode, size, colour)
                ImageDraw.Draw(picture).rectangle((10, 10, 20, 30), fill=0)
                optimize, progressive, subsampling = options
                data = saved(picture, optimize=optimize, progressive=progressive, subsampling=subsampling)
                assert measured_jpeg(data)[0].damage == "", (options, mode, size)
                made += bytes(64) in data
    assert made, "none of them has a run of zero bytes: the test would show nothing"


def test_bytes_behind_the_end_are_told_but_are_no_damage(pictures: list[bytes]) -> None:
    assert measured_jpeg(pictures[0] + bytes(200))[0].quirks == "trailing=200"
    assert measured_jpeg(pictures[0] + bytes(200))[0].damage == ""
    assert measured_jpeg(pictures[0] + pictures[1])[0][5] == ""


def test_a_png_is_seen_to_be_damaged_at_every_place() -> None:
    data = saved(scene(1, (60, 50)), "PNG")
    for at in np.linspace(8, len(data) - 2, PLACES).astype(int):
        flipped = data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        assert measured_raster(flipped, "png")[0].damage, f"byte {at} of {len(data)}"
        assert measured_raster(data[:at], "png")[0].damage, f"cut after {at} of {len(data)}"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty file"),
        (b"  <!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
        (bytes(9), "9 zero bytes"),
        (b"abc" + b"\xff\xd8\xff\xe0", "3 bytes in front of the start of a JPEG"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC"),
        (b"hello world", "starts with 68 65"),
    ],
)
def test_what_is_no_picture_is_said_in_words(data: bytes, words: str) -> None:
    assert words in not_a_picture(data)
    assert words in measured_raster(data, "jpg")[0].damage


def test_quirks_of_sound_pictures_are_told() -> None:
    pixels = np.asarray(scene(2, (64, 48)))
    shades = np.asarray(scene(2, (64, 48)).convert("L")).astype(np.uint16)
    half = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    half[:, :32, 3] = 0
    black = half.copy()
    black[:, :32, :3] = 0
    frames = [Image.fromarray(np.roll(pixels, n, axis=1)) for n in range(3)]
    animated = io.BytesIO()
    frames[0].save(animated, "GIF", save_all=True, append_images=frames[1:])
    files = [saved(Image.fromarray(each), "PNG") for each in (shades * 16, half, black, pixels)]
    told = [measured_raster(data, "png")[0].quirks for data in [*files, animated.getvalue()]]
    assert told[0].startswith("depth=16 top=") and float(told[0].rpartition("=")[2]) == shades.max() * 16
    assert told[1:] == ["clear=0.5 hidden=0.5", "clear=0.5", "", "frames=3"]
