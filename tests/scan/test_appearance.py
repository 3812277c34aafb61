"""How pictures look in numbers: against a slow twin, and whatever pictures stand beside them."""

from __future__ import annotations

import colorsys
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tests.scan.drawn import write
from traindx.core.dataset import Pictures
from traindx.scan.appearance import appearances
from traindx.scan.measure import measure
from traindx.scan.pictures import joined
from traindx.scan.reduction import short
from traindx.scan.shards import over_shards

LOOKS = ("phash", "brightness", "contrast", "saturation", "sharpness", "thumb")


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Large and small blobs of colour with some grain: what a photograph is to these numbers."""
    rng = np.random.default_rng(seed)
    large, small = (
        np.asarray(
            Image.fromarray(rng.integers(0, 255, (*grid, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
        )
        for grid in ((6, 8), (24, 32))
    )
    noise = rng.normal(0, 8, (size[1], size[0], 3))
    return Image.fromarray(np.clip(0.5 * large + 0.5 * small + noise, 0, 255).astype(np.uint8))


def saved(picture: Image.Image, kind: str = "JPEG", **options: int) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def twin(pixels: NDArray[np.uint8]) -> tuple[float, float, float, float, NDArray[np.float64], NDArray[np.bool_]]:
    """Brightness, contrast, saturation, sharpness, 4 x 4 colours and hash of one picture, plainly, in float64."""
    height, width, _ = pixels.shape
    grey = np.floor(pixels.astype(float) @ [77, 150, 29] / 256)
    saturation = np.mean([[colorsys.rgb_to_hsv(*pixel)[1] for pixel in row] for row in pixels / 255])
    laplacian = [
        4 * grey[y, x] - grey[y - 1, x] - grey[y + 1, x] - grey[y, x - 1] - grey[y, x + 1]
        for y in range(1, height - 1)
        for x in range(1, width - 1)
    ]
    rows, columns = np.linspace(0, height, 5).astype(int), np.linspace(0, width, 5).astype(int)
    thumb = [
        pixels[rows[i] : rows[i + 1], columns[j] : columns[j + 1]].mean(axis=(0, 1)) for i in range(4) for j in range(4)
    ]
    ky, kx = (np.pi * np.arange(1, 9)[:, None] * (2 * np.arange(n) + 1) / (2 * n) for n in (height, width))
    low = np.cos(ky) @ grey @ np.cos(kx).T
    bits = (low > np.median(low)).ravel()
    numbers = (grey.mean() / 255, grey.std() / 255, float(saturation), float(np.std(laplacian) / grey.std()))
    return (*numbers, np.array(thumb).ravel(), bits)


@pytest.mark.parametrize("size", [(80, 60), (33, 47), (64, 32), (200, 35)])
def test_every_number_is_that_of_a_slow_twin(size: tuple[int, int]) -> None:
    pixels = np.stack([np.asarray(scene(seed, size)) for seed in range(3)])
    for looks, picture in zip(appearances(list(pixels)), pixels, strict=True):
        *numbers, thumb, bits = twin(picture)
        assert looks[1:5] == pytest.approx(numbers, rel=1e-5)
        assert np.abs(np.frombuffer(looks[5], np.uint8) - thumb).max() <= 0.5 + 1e-6
        own = np.unpackbits(np.frombuffer(looks[0].to_bytes(8, "big"), np.uint8)).astype(bool)
        assert (own != bits).sum() <= 2, "cosines in 1024ths may turn a bit at the median"


def test_looks_do_not_depend_on_shards_or_threads(tmp_path: Path) -> None:
    sizes = [(320, 240), (240, 320), (640, 480), (50, 40)]
    files = [
        str(write(tmp_path / f"{n}.{kind.lower()}", saved(scene(n, sizes[n % 4]), kind)))
        for n, kind in enumerate(["JPEG", "JPEG", "PNG", "JPEG", "WEBP"] * 9)
    ]
    whole = measure(files)
    ways = [joined([measure([file]) for file in files])]
    ways += [joined(list(over_shards(measure, files, size=size, workers=3))) for size in (2, 7, 45)]
    for way in ways:
        for column in LOOKS:
            assert np.array_equal(getattr(way, column), getattr(whole, column)), column


def distance(pictures: Pictures, one: int, other: int) -> int:
    """Bits in which two perceptual hashes differ."""
    return (int(pictures.phash[one]) ^ int(pictures.phash[other])).bit_count()


def test_a_picture_keeps_its_hash_when_saved_anew_or_resized_and_another_one_differs(tmp_path: Path) -> None:
    picture = scene(1, (640, 480))
    versions = {
        "a.jpg": saved(picture, quality=95),
        "b.jpg": saved(picture, quality=40),
        "c.png": saved(picture, "PNG"),
        "d.jpg": saved(picture.resize((400, 300)), quality=90),
        "other.jpg": saved(scene(2, (640, 480))),
    }
    measured = measure([str(write(tmp_path / name, data)) for name, data in versions.items()])
    assert [distance(measured, 0, n) <= 8 for n in range(5)] == [True, True, True, True, False]
    assert distance(measured, 0, 4) > 16


def test_the_numbers_mean_what_their_names_say(tmp_path: Path) -> None:
    picture = scene(3, (640, 480))
    files = {
        "plain.png": picture,
        "dark.png": picture.point(lambda v: v // 4),
        "grey.png": picture.convert("L").convert("RGB"),
        "blurred.png": picture.filter(ImageFilter.GaussianBlur(12)),
    }
    measured = measure([str(write(tmp_path / name, saved(each, "PNG"))) for name, each in files.items()])
    assert measured.brightness[1] == pytest.approx(measured.brightness[0] / 4, abs=0.01)
    assert measured.contrast[1] == pytest.approx(measured.contrast[0] / 4, abs=0.01)
    assert measured.saturation[2] == 0 and measured.saturation[0] > 0.1
    assert measured.sharpness[3] < 0.7 * measured.sharpness[0]


def test_a_picture_of_one_colour_has_no_hash_and_no_sharpness() -> None:
    (looks,) = appearances([np.full((40, 40, 3), 200, np.uint8)])
    assert (looks[0], looks[2], looks[4]) == (0, 0.0, 0.0) and looks[5] == bytes([200] * 48)


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (2, 2), (3, 1)])
def test_pictures_of_a_few_pixels_have_looks_too(size: tuple[int, int]) -> None:
    (looks,) = appearances([np.full((*size, 3), 7, np.uint8)])
    assert looks[1] == pytest.approx(7 / 255) and len(looks[5]) == 48


def test_a_reduction_has_32_to_63_pixels_on_the_short_side_and_its_mean_stays() -> None:
    for size in ((500, 375), (4000, 40), (33, 1000), (64, 64)):
        pixels = np.asarray(scene(4, size))
        small = short(pixels)
        assert 32 <= min(small.shape[:2]) < 64 and max(small.shape) < 2048
        assert small.mean() == pytest.approx(pixels.mean(), abs=3)
