"""One read and one decode per picture: size, mode, orientation and damage. A pure function of a shard of paths."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg
import xxhash
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from traindx.scan.appearance import appearance
from traindx.scan.damage import is_harmless, jpeg_break, not_a_picture, png_break
from traindx.scan.pictures import PictureFacts, Pictures, pictures_of

MAX_PIXELS = 178_956_970
"""Pictures above this are not decoded: twice Pillow's `MAX_IMAGE_PIXELS`, where Pillow refuses as well."""

FORMATS = ("PNG", "JPEG", "MPO", "BMP", "DIB", "WEBP", "TIFF", "GIF", "JPEG2000", "AVIF", "PPM", "ICO")
"""What Pillow is asked for. Not all that it knows: it runs Ghostscript for a file that is PostScript inside."""

UNDECODED = ("heic", "heif", "avif", "jp2", "dng", "pfm")
"""Formats that Pillow opens only with plug-ins: accepted unseen when it does not know them."""

ORIENTATION = 0x0112


def measure(paths: Sequence[str]) -> Pictures:
    """The facts of each picture, in order. Never raises for a bad file: that is its `damage`."""
    return pictures_of(measure_one(path) for path in paths)


def measure_one(path: str) -> PictureFacts:
    """The facts of one picture."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        link = Path(path)
        text = f"broken link to {link.readlink()}" if link.is_symlink() else "no such file"
        return PictureFacts(damage=text)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return PictureFacts(damage=f"cannot be read: {getattr(error, 'strerror', None) or error}")
    is_jpeg = data.startswith(b"\xff\xd8\xff")
    facts = _jpeg(data) if is_jpeg else _other(data, path.rpartition(".")[2].lower())
    return facts._replace(file_size=len(data), content=xxhash.xxh3_64_intdigest(data))


def _jpeg(data: bytes) -> PictureFacts:
    """Strict decode at an eighth of the size: all entropy-coded data are read, so that damage inside the scan is seen."""
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    except Exception as error:  # a broken header (KeyError as well), or a legal but rare subsampling: ask Pillow
        facts = _other(data, "jpg")
        return facts._replace(format="JPEG", damage=jpeg_break(data, _said(error))) if facts.damage else facts
    mode = {"Gray": "L", "CMYK": "CMYK", "YCCK": "CMYK"}.get(space, "RGB")
    facts = PictureFacts(width, height, mode, "JPEG", _jpeg_orientation(data))
    if width * height > MAX_PIXELS:
        return facts._replace(damage=_too_large(width, height))
    try:
        target = "CMYK" if mode == "CMYK" else "RGB"
        side = min(64, width, height)
        pixels = simplejpeg.decode_jpeg(data, target, min_height=side, min_width=side, strict=True)
        facts = _seen(facts, pixels[..., :3])
    except Exception as error:
        said = _said(error)
        if not is_harmless(data, said):
            return facts._replace(damage=jpeg_break(data, said))
    return facts


def _seen(facts: PictureFacts, pixels: NDArray[np.uint8]) -> PictureFacts:
    return facts._replace(**appearance(pixels)._asdict())


def _said(error: Exception) -> str:
    return str(error).strip().rstrip(".")


def _jpeg_orientation(data: bytes) -> int:
    if b"Exif\x00\x00" not in data[:65536]:
        return 1
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return int(picture.getexif().get(ORIENTATION, 1))
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
            facts["orientation"] = int(picture.getexif().get(ORIENTATION, 1))
            if picture.format == "PNG" and (broken := png_break(data)):
                return PictureFacts(**facts, damage=broken)
            picture.load()
            small = picture.convert("RGB")
            small.thumbnail((160, 160))
            return _seen(PictureFacts(**facts), np.asarray(small))
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
