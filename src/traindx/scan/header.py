"""The facts of pictures from their first and last bytes, for `--quick`: size, mode, EXIF orientation and end marker."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeAlias

from PIL import Image

from traindx.scan.measure import FORMATS, MAX_PIXELS, ORIENTATION, measure_one
from traindx.scan.pictures import PictureFacts, Pictures, pictures_of

HEAD = 2048
"""Bytes read at once: the header of a JPEG without an embedded thumbnail, and of every PNG and WebP. A guess at a fast size."""

PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
PNG_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
JPEG_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
NOT_FRAMES = (0xC4, 0xC8, 0xCC)
"""Of the markers C0 to CF these begin no frame: Huffman tables, a reserved one, arithmetic conditioning (T.81, table B.1)."""

Read: TypeAlias = Callable[[int, int], bytes]
"""`read(count, offset)`: bytes of the file, fewer at its end."""


def measure_headers(paths: Sequence[str]) -> Pictures:
    """Size, mode, format, EXIF orientation and file size of each picture, in order; hashes are 0 and appearance nan.

    Seen of damage: no such file, no picture, no end marker, a header that declares too much. What a header leaves in doubt
    is decoded as `measure` does. Never raises for a bad file.
    """
    return pictures_of(map(header_one, paths))


def header_one(path: str) -> PictureFacts:
    """The facts of one picture from its first and last bytes."""
    try:
        file = os.open(path, os.O_RDONLY)
    except (OSError, ValueError):
        return _decoded(path)
    try:
        size = os.lseek(file, 0, os.SEEK_END)
        facts = _plain(lambda count, offset: os.pread(file, count, offset), size, path)
    except (OSError, IndexError, ValueError):
        facts = None
    finally:
        os.close(file)
    return _decoded(path) if facts is None else facts


def _decoded(path: str) -> PictureFacts:
    """What a decode says, without what only pictures that were all decoded can be compared by."""
    neutral = PictureFacts()
    kept = ("width", "height", "mode", "format", "orientation", "damage", "file_size", "quirks")
    return neutral._replace(**{name: getattr(measure_one(path), name) for name in kept})


def _plain(read: Read, size: int, path: str) -> PictureFacts | None:
    """The facts if the file is plainly a whole picture; None if only a decode can tell."""
    head = read(HEAD, 0)
    if head.startswith(b"\xff\xd8\xff"):
        seen = _jpeg(read, head) if read(2, size - 2) == b"\xff\xd9" else None
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        seen = _png(head) if read(12, size - 12) == PNG_END else None
    else:
        seen = _by_pillow(path)
    if seen is None or not 0 < seen[0] * seen[1] <= MAX_PIXELS:
        return None
    return PictureFacts(*seen, "", size)


def _jpeg(read: Read, head: bytes) -> tuple[int, int, str, str, int] | None:
    at, start, orientation = 2, 0, 1  # `head` begins at byte `start` of the file
    while True:
        if at - start + 20 > len(head):
            head, start = read(HEAD, at), at
        here = at - start
        if head[here] != 0xFF:
            return None
        marker = head[here + 1]
        if 0xC0 <= marker <= 0xCF and marker not in NOT_FRAMES:
            height, width = (
                int.from_bytes(head[here + 5 : here + 7], "big"),
                int.from_bytes(head[here + 7 : here + 9], "big"),
            )
            return width, height, JPEG_MODES[head[here + 9]], "JPEG", orientation
        if marker == 0xE1 and head[here + 4 : here + 10] == b"Exif\x00\x00":
            orientation = exif_orientation(read(HEAD, at + 10))
        at += 1 if marker == 0xFF else 2 + int.from_bytes(head[here + 2 : here + 4], "big")


def _png(head: bytes) -> tuple[int, int, str, str, int] | None:
    depth, colour = head[24], head[25]
    mode = {(0, 1): "1", (0, 16): "I;16"}.get((colour, depth), PNG_MODES[colour])
    tag = head.find(b"eXIf")
    orientation = exif_orientation(head[tag + 4 :]) if tag >= 0 else 1
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"), mode, "PNG", orientation


def _by_pillow(path: str) -> tuple[int, int, str, str, int] | None:
    try:
        Image.init()
        with Image.open(path, formats=[name for name in FORMATS if name in Image.OPEN]) as picture:
            orientation = int(picture.getexif().get(ORIENTATION, 1))
            return picture.width, picture.height, picture.mode, picture.format or "", orientation
    except Exception:  # a decode finds the words for it
        return None


def exif_orientation(tiff: bytes) -> int:
    """The orientation tag, 1 to 8, of EXIF data from their TIFF header on; 1 where there is none (TIFF 6.0, page 13)."""
    order: str | None = {b"II*\x00": "little", b"MM\x00*": "big"}.get(tiff[:4])
    if order is None:
        return 1

    def number(at: int, count: int) -> int:
        return int.from_bytes(tiff[at : at + count], "little" if order == "little" else "big")

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * min(number(first, 2), 256), 12):
        if number(entry, 2) == ORIENTATION:
            value = number(entry + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1
