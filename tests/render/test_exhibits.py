"""Pictures that EXIF turns are shown in both frames, with the labels where either frame puts them."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from traindx.core.finding import Bars, Box, Finding, Picture, Place
from traindx.core.report import Outcome, Report
from traindx.render.exhibits import Album, pictures
from traindx.render.html import html
from traindx.render.pictures import _TURNS


def photograph(path: Path, orientation: int) -> Path:
    """A picture of 40 x 20, red in its upper left corner as stored."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.new("RGB", (40, 20), "white")
    picture.paste((255, 0, 0), (0, 0, 10, 5))
    picture.save(path, exif=exif, quality=95)
    return path


@pytest.mark.parametrize("orientation", range(2, 9))
def test_the_turn_of_the_drawing_is_that_of_pillow(orientation: int, tmp_path: Path) -> None:
    path = photograph(tmp_path / "a.jpg", orientation)
    upright = ImageOps.exif_transpose(Image.open(path))
    a, b, c, d, e, f = map(float, re.findall(r"-?\d+", _TURNS[orientation].format(w=40, h=20)))
    at = a * 4 + c * 2 + e, b * 4 + d * 2 + f
    red = upright.getpixel((int(at[0]), int(at[1])))
    assert isinstance(red, tuple) and red[0] > 200 and red[1] < 60


def drawings(path: Path, shares: bool) -> list[str]:
    """The drawings of a picture with one box, as text."""
    item = Picture(str(path), (Box(0, 0, 10, 5, "red", True),), "")
    return [str(e.drawing) for e in pictures(item, Album(10**6, shares))]


def test_a_picture_that_is_not_turned_is_shown_once(tmp_path: Path) -> None:
    assert len(drawings(photograph(tmp_path / "a.jpg", 1), True)) == 1


def test_shares_stretch_with_the_turned_picture_and_pixels_do_not(tmp_path: Path) -> None:
    path = photograph(tmp_path / "a.jpg", 6)
    for shares, size in ((True, ("5", "10")), (False, ("10", "5"))):
        stored, turned = drawings(path, shares)
        assert 'width="10" height="5" class="edge"' in stored
        assert f'width="{size[0]}" height="{size[1]}" class="edge"' in turned


def test_the_page_shows_both_frames_and_bars_with_their_numbers(tmp_path: Path) -> None:
    path = photograph(tmp_path / "a.jpg", 6)
    bars = Bars("Brightness", ("0", "0.5"), (("train", (1.0, 3.0)), ("val", (3.0, 1.0))), "share")
    evidence = (bars, Picture(str(path), (Box(0, 0, 10, 5, "red", True),), "a"))
    page = html(
        Report("faulty", (), (Outcome("D199", "n", "error", "failed", findings=(Finding(Place("a"), "m", evidence),)),))
    )
    assert "pixels as stored" in page and "turned as its EXIF orientation 6 says" in page
    assert 'class="plot bars"' in page and '<details class="numbers-of">' in page
    embedded = re.findall(r"data:image/jpeg;base64,([^\"]+)", page)
    assert [Image.open(io.BytesIO(base64.b64decode(e))).size for e in embedded] == [(40, 20)] * 2
