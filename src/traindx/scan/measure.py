"""One read and one decode per picture: size, mode, orientation and damage. A pure function of a shard of paths."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import simplejpeg
from PIL import Image, UnidentifiedImageError

from traindx.scan.damage import is_harmless, jpeg_break, not_a_picture, png_break

MAX_PIXELS = 178_956_970
"""Pictures above this are not decoded: twice Pillow's `MAX_IMAGE_PIXELS`, where Pillow refuses as well."""

FORMATS = ("PNG", "JPEG", "MPO", "BMP", "DIB", "WEBP", "TIFF", "GIF", "JPEG2000", "AVIF", "PPM", "ICO")
"""What Pillow is asked for. Not all that it knows: it runs Ghostscript for a file that is PostScript inside."""

UNDECODED = ("heic", "heif", "avif", "jp2", "dng", "pfm")
"""Formats that Pillow opens only with plug-ins: accepted unseen when it does not know them."""

_ORIENTATION = 0x0112


@dataclass(frozen=True)
class PictureFacts:
    """What one picture file is. Size in pixels as stored, 0 if unknown; `damage` is empty for a sound picture."""

    width: int = 0
    height: int = 0
    mode: str = ""
    format: str = ""
    orientation: int = 1
    damage: str = ""


def measure(paths: Sequence[str]) -> list[PictureFacts]:
    """The facts of each picture, in order. Never raises for a bad file: that is its `damage`."""
    return [_measure(path) for path in paths]


def _measure(path: str) -> PictureFacts:
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        link = Path(path)
        text = f"broken link to {link.readlink()}" if link.is_symlink() else "no such file"
        return PictureFacts(damage=text)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return PictureFacts(damage=f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    return _other(data, path.rpartition(".")[2].lower())


def _jpeg(data: bytes) -> PictureFacts:
    """Strict decode at an eighth of the size: all entropy-coded data are read, so that damage inside the scan is seen."""
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    except Exception as error:  # a broken header (KeyError as well), or a legal but rare subsampling: ask Pillow
        facts = _other(data, "jpg")
        return replace(facts, format="JPEG", damage=jpeg_break(data, _said(error))) if facts.damage else facts
    mode = {"Gray": "L", "CMYK": "CMYK", "YCCK": "CMYK"}.get(space, "RGB")
    facts = PictureFacts(width, height, mode, "JPEG", _jpeg_orientation(data))
    if width * height > MAX_PIXELS:
        return replace(facts, damage=_too_large(width, height))
    try:
        target = "CMYK" if mode == "CMYK" else "GRAY"
        simplejpeg.decode_jpeg(data, target, min_height=1, min_width=1, strict=True)
    except Exception as error:
        said = _said(error)
        if not is_harmless(data, said):
            return replace(facts, damage=jpeg_break(data, said))
    return facts


def _said(error: Exception) -> str:
    return str(error).strip().rstrip(".")


def _jpeg_orientation(data: bytes) -> int:
    if b"Exif\x00\x00" not in data[:65536]:
        return 1
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF is no damage to the picture
        return 1


def _other(data: bytes, suffix: str) -> PictureFacts:
    facts: dict[str, Any] = {}
    try:
        Image.init()
        with Image.open(io.BytesIO(data), formats=[name for name in FORMATS if name in Image.OPEN]) as picture:
            width, height = picture.size
            facts = {"width": width, "height": height, "mode": picture.mode, "format": picture.format or ""}
            if width * height > MAX_PIXELS:
                return PictureFacts(**facts, damage=_too_large(width, height))
            facts["orientation"] = int(picture.getexif().get(_ORIENTATION, 1))
            if picture.format == "PNG" and (broken := png_break(data)):
                return PictureFacts(**facts, damage=broken)
            picture.load()
            return PictureFacts(**facts)
    except Image.DecompressionBombError as error:
        return PictureFacts(format=suffix.upper(), damage=f"too large to decode: {error}")
    except UnidentifiedImageError:
        if data and suffix in UNDECODED:
            return PictureFacts(format=suffix.upper())
        return PictureFacts(damage=png_break(data) if data.startswith(b"\x89PNG") else not_a_picture(data))
    except Exception as error:  # decoders of damaged files raise almost anything
        said = _said(error) or type(error).__name__
        broken = png_break(data) if data.startswith(b"\x89PNG") else ""
        return PictureFacts(**facts, damage=broken or f"cannot be decoded: {said} ({len(data):,} bytes)")


def _too_large(width: int, height: int) -> str:
    return f"declares {width} x {height} pixels, {width * height / 1e6:,.0f} megapixels: not decoded"
