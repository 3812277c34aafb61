"""Small copies of pictures for a report: decoded once, never larger than asked, nothing if the file cannot be trusted."""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

SIDE = 320
"""Longest side of a thumbnail, in pixels."""

QUALITY = 70
MOST_PIXELS = 100_000_000
"""Pictures with more pixels than this are not opened: decoding them could take more memory than the machine has."""

FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF", "PPM")
"""Formats that Pillow decodes by itself; none that starts another program."""


@dataclass(frozen=True)
class Thumbnail:
    """A JPEG, or of a small picture a PNG, as a `data:` address, its size, and the size of the picture it was made from, in pixels.

    `orientation` is the EXIF tag of that picture, 1 where it says nothing.
    """

    address: str
    width: int
    height: int
    full_width: int
    full_height: int
    orientation: int = 1


def thumbnail(path: str, side: int = SIDE, exact: int = 0) -> Thumbnail | None:
    """A small copy of the picture at `path` as it is stored (EXIF orientation not applied: boxes are in stored pixels).

    A copy with sides up to `exact` is a PNG, others are JPEG.
    None if there is no such file, or it is damaged, too large, or of a format that is not in `FORMATS`.
    """
    try:
        if not Path(path).is_file():
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as picture:
                width, height = picture.size
                if not 0 < width * height <= MOST_PIXELS:
                    return None
                orientation = _orientation(picture)
                picture.draft("RGB", (side, side))
                small = _plain(picture)
                small.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
        buffer = io.BytesIO()
        kind = "PNG" if max(small.size) <= exact else "JPEG"
        small.save(buffer, kind, quality=QUALITY)
    except Exception:  # Pillow raises OSError, ValueError, SyntaxError, struct.error and others for damaged files
        return None
    address = f"data:image/{kind.lower()};base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
    return Thumbnail(address, small.width, small.height, width, height, orientation)


def _orientation(picture: Image.Image) -> int:
    said = picture.getexif().get(0x0112, 1)
    return said if said in range(1, 9) else 1


def _plain(picture: Image.Image) -> Image.Image:
    """The picture in RGB: transparent parts on white, deep grey stretched from its darkest to its brightest value."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        above = picture.convert("RGBA")
        below = Image.new("RGBA", above.size, "white")
        return Image.alpha_composite(below, above).convert("RGB")
    if picture.mode.startswith(("I", "F")):
        values = picture.convert("F")
        low, high = values.getextrema()
        assert isinstance(low, float) and isinstance(high, float)
        slope = 255 / (high - low) if high > low else 0.0
        return values.point(lambda v: v * slope - low * slope).convert("RGB")
    return picture.convert("RGB")
