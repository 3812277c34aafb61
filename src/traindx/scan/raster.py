"""Pictures that are not JPEG, and JPEG that the fast decoder does not know, by Pillow: facts, quirks and a reduction."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from traindx.scan.damage import MAX_PIXELS, PNG_START, not_a_picture, png_break, too_large
from traindx.scan.jpeg import ORIENTATION
from traindx.scan.pictures import PictureFacts
from traindx.scan.reduction import reduced

Bytes = NDArray[np.uint8]

FORMATS = ("PNG", "JPEG", "MPO", "BMP", "DIB", "WEBP", "TIFF", "GIF", "JPEG2000", "AVIF", "PPM", "ICO")
"""What Pillow is asked for. Not all that it knows: it runs Ghostscript for a file that is PostScript inside."""

UNDECODED = ("heic", "heif", "avif", "jp2", "dng", "pfm")
"""Formats that Pillow opens only with plug-ins: accepted unseen when it does not know them."""


@contextmanager
def opened(source: str | io.BytesIO) -> Iterator[Image.Image]:
    """A picture whose header Pillow has read; raises what Pillow raises.

    `Image.open` is not asked: Ultralytics puts a function of its own in its place, which tries to install packages.
    """
    with open(source, "rb") if isinstance(source, str) else source as file:  # noqa: PTH123 (faster than Path.open)
        yield _identified(file)


def _identified(file: BinaryIO) -> Image.Image:
    """The picture by the first of Pillow's plug-ins that takes it, as `Image.open` does."""
    Image.init()
    start = file.read(16)
    for name in FORMATS:
        factory, accepts = Image.OPEN.get(name, (None, None))
        try:
            answer = accepts is None or accepts(start)
            if factory is not None and answer and not isinstance(answer, str):
                file.seek(0)
                return factory(file, "")
        except (SyntaxError, IndexError, TypeError, struct.error):
            continue  # it begins like this format and is another
    raise UnidentifiedImageError("no known format")


def measured_raster(data: bytes, suffix: str) -> tuple[PictureFacts, Bytes | None]:
    """The facts of a picture's bytes, and RGB pixels that show how it looks, None where it cannot be decoded."""
    facts = PictureFacts()
    try:
        with opened(io.BytesIO(data)) as picture:
            width, height = picture.size
            facts = facts._replace(width=width, height=height, mode=picture.mode, format=picture.format or "")
            if width * height > MAX_PIXELS:
                return facts._replace(damage=too_large(width, height)), None
            if picture.format == "PNG" and (broken := png_break(data)):
                return facts._replace(damage=broken), None
            picture.load()
            orientation = int(picture.getexif().get(ORIENTATION, 1))
            facts = facts._replace(
                orientation=orientation if 1 <= orientation <= 8 else 1, quirks=quirks(picture, data)
            )
            return facts, reduced(as_loaded(picture))
    except Image.DecompressionBombError as error:
        return PictureFacts(format=suffix.upper(), damage=f"too large to decode: {error}"), None
    except UnidentifiedImageError:
        if data and suffix in UNDECODED:
            return PictureFacts(format=suffix.upper()), None
        return PictureFacts(damage=png_break(data) if data.startswith(PNG_START) else not_a_picture(data)), None
    except Exception as error:  # decoders of damaged files raise almost anything
        said = str(error).strip().rstrip(".") or type(error).__name__
        broken = png_break(data) if data.startswith(PNG_START) else ""
        return facts._replace(damage=broken or f"cannot be decoded: {said} ({len(data):,} bytes)"), None


def as_loaded(picture: Image.Image) -> Image.Image:
    """RGB as OpenCV reads it: 16 bits by their upper eight, transparency left out."""
    if picture.mode.startswith("I"):
        values = np.asarray(picture)
        picture = Image.fromarray(
            np.clip(values >> 8 if values.max(initial=0) > 255 else values, 0, 255).astype(np.uint8)
        )
    return picture.convert("RGB")


def quirks(picture: Image.Image, data: bytes) -> str:
    """What loaders treat each in its way, in the words of `Images.quirks`."""
    said: dict[str, float] = {}
    frames = int(getattr(picture, "n_frames", 1))
    if frames > 1:
        said["frames"] = frames
    if picture.mode.startswith("I") or picture.mode == "F":
        said["depth"], said["top"] = 32 if picture.mode in ("I", "F") else 16, float(np.asarray(picture).max(initial=0))
    elif data.startswith(PNG_START) and data[24] == 16:
        said["depth"] = 16
    if picture.mode in ("RGBA", "LA", "PA") or (picture.mode == "P" and "transparency" in picture.info):
        said |= _transparency(picture.convert("RGBA"))
    return " ".join(f"{word}={value:.4g}" for word, value in said.items())


def _transparency(picture: Image.Image) -> dict[str, float]:
    """`clear`: the share of pixels that are more transparent than not; `hidden`: that share, if it covers several colours."""
    step = max(1, min(picture.size) // 256)
    pixels = np.asarray(picture)[::step, ::step].reshape(-1, 4)
    clear = pixels[pixels[:, 3] < 128]
    if not len(clear):
        return {}
    share = len(clear) / len(pixels)
    varied = clear[:, :3].std(axis=0).max() > 8
    return {"clear": share, "hidden": share} if varied else {"clear": share}
