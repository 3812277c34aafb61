"""JPEG files: what their markers say, and a strict decode at a fraction of their size."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from traindx.scan.damage import MAX_PIXELS, is_harmless, jpeg_break, left_over, too_large, zeroed
from traindx.scan.pictures import PictureFacts
from traindx.scan.reduction import scale_down, short

Bytes: TypeAlias = NDArray[np.uint8]
Read: TypeAlias = Callable[[int, int], bytes]
"""`read(count, offset)`: bytes of the file, fewer at its end."""

ORIENTATION = 0x0112
"""The EXIF tag that says how a picture is turned."""

START, END, SCAN, EXIF_SEGMENT = b"\xff\xd8\xff", b"\xff\xd9", 0xDA, 0xE1
NOT_FRAMES = (0xC4, 0xC8, 0xCC)
"""Of the markers C0 to CF these begin no frame: Huffman tables, a reserved one, arithmetic conditioning (T.81, table B.1)."""

MODES = {1: "L", 3: "RGB", 4: "CMYK"}
"""Pillow's words by the number of components."""

STEP = 2048


class JpegHeader(NamedTuple):
    """What stands before the first scan. `orientation` is the EXIF tag, 1 if none; `frame` the byte of the frame's marker."""

    width: int
    height: int
    mode: str
    orientation: int
    frame: int


def jpeg_header(read: Read, head: bytes) -> JpegHeader | None:
    """The markers up to the frame's; `head` are the first bytes. None if there is no frame (T.81, section B.2).

    Raises IndexError if the file ends first, KeyError if the number of components is unheard of.
    """
    at, start, orientation = 2, 0, 1  # `head` begins at byte `start` of the file
    while True:
        if at - start + 10 > len(head):
            head, start = read(STEP, at), at
        here = at - start
        if head[here] != 0xFF:
            return None
        marker = head[here + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in NOT_FRAMES:
            height, width = _number(head, here + 5), _number(head, here + 7)
            return JpegHeader(width, height, MODES[head[here + 9]], orientation, at)
        if marker == SCAN:
            return None
        if marker == EXIF_SEGMENT and head[here + 4 : here + 10] == b"Exif\x00\x00":
            orientation = exif_orientation(read(STEP, at + 10))
        at += 2 + _number(head, here + 2)


def exif_orientation(tiff: bytes) -> int:
    """The orientation tag, 1 to 8, of EXIF data from their TIFF header on; 1 where there is none (TIFF 6.0, page 13)."""
    if tiff[:4] not in (b"II*\x00", b"MM\x00*"):
        return 1
    little = tiff.startswith(b"II")
    first = _number(tiff, 4, 4, little=little)
    for entry in range(first + 2, first + 2 + 12 * min(_number(tiff, first, little=little), 256), 12):
        if _number(tiff, entry, little=little) == ORIENTATION:
            value = _number(tiff, entry + 8, little=little)
            return value if 1 <= value <= 8 else 1
    return 1


def _number(data: bytes, at: int, count: int = 2, *, little: bool = False) -> int:
    return int.from_bytes(data[at : at + count], "little" if little else "big")


def measured_jpeg(data: bytes) -> tuple[PictureFacts, Bytes | None]:
    """The facts of JPEG bytes, and RGB pixels that show how the picture looks, None where it cannot be decoded."""
    try:
        header = jpeg_header(lambda count, at: data[at : at + count], data[:STEP])
    except (IndexError, KeyError):
        header = None
    if header is None:
        return _by_pillow(data, "no frame header")
    facts = PictureFacts(header.width, header.height, header.mode, "JPEG", header.orientation)
    if header.width * header.height > MAX_PIXELS:
        return facts._replace(damage=too_large(header.width, header.height)), None
    small, said = _decoded(data, header)
    if said and not is_harmless(data, said):
        return _by_pillow(data, said) if _is_rare(data) else (facts._replace(damage=jpeg_break(data, said)), None)
    if said:
        small, _ = _decoded(data, header, strict=False)
    if hole := zeroed(data, header.frame, left_over(said)):
        return facts._replace(damage=hole), None
    if not data.endswith(END) and (trailing := len(data) - data.rfind(END) - 2):
        facts = facts._replace(quirks=f"trailing={trailing}")
    return facts, small


def _decoded(data: bytes, header: JpegHeader, *, strict: bool = True) -> tuple[Bytes | None, str]:
    """RGB at a fraction of the size, or what the decoder said.

    All entropy-coded data are read, so that `strict` sees damage anywhere in the scan.
    """
    part = scale_down(header.width, header.height)
    least = {"min_width": -(-header.width // part), "min_height": -(-header.height // part)}
    cmyk = header.mode == "CMYK"
    try:
        pixels = simplejpeg.decode_jpeg(data, "CMYK" if cmyk else "RGB", strict=strict, **least)
    except Exception as error:  # ValueError mostly, KeyError of a rare subsampling
        return None, str(error).strip().rstrip(".") or "cannot be decoded"
    if cmyk:  # as Adobe writes it, inverted: what is stored is the light that each ink leaves
        pixels = (pixels[..., :3].astype(np.uint16) * pixels[..., 3:] // 255).astype(np.uint8)
    return short(pixels), ""


def _is_rare(data: bytes) -> bool:
    """Whether the fast decoder does not know this kind of JPEG at all: a legal but rare subsampling raises KeyError."""
    try:
        simplejpeg.decode_jpeg_header(data, strict=False)
    except Exception:
        return True
    return False


def _by_pillow(data: bytes, said: str) -> tuple[PictureFacts, Bytes | None]:
    from traindx.scan.raster import measured_raster  # it needs Pillow, which plain JPEGs do without

    facts, small = measured_raster(data, "jpg")
    return (facts._replace(format="JPEG", damage=jpeg_break(data, said)) if facts.damage else facts), small
