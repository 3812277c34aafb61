"""The facts of pictures from their first and last bytes, for `--quick`: size, mode, EXIF orientation and end marker."""

from __future__ import annotations

import os
from collections.abc import Sequence

from traindx.core.pictures import Pictures
from traindx.scan.damage import MAX_PIXELS, PNG_START
from traindx.scan.jpeg import END, ORIENTATION, START, Read, exif_orientation, jpeg_header
from traindx.scan.measure import look
from traindx.scan.pictures import PictureFacts, pictures_of

HEAD = 1024
"""Bytes read at once: the header of a JPEG without an embedded thumbnail, and of every PNG. A guess at a fast size."""

PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
PNG_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}


def measure_headers(paths: Sequence[str]) -> Pictures:
    """Size, mode, format, EXIF orientation and file size of each picture, in order; hashes are 0 and looks nan.

    Seen of damage: no such file, no picture, no end marker, a header that declares too much. What a header leaves in doubt
    is decoded as `measure` does. Never raises for a bad file.
    """
    return pictures_of(map(_header, paths))


def _header(path: str) -> PictureFacts:
    try:
        file = os.open(path, os.O_RDONLY)
    except (OSError, ValueError):
        return look(path)[0]
    try:
        size = os.lseek(file, 0, os.SEEK_END)
        facts = _plain(lambda count, offset: os.pread(file, count, offset), size, path)
    except (OSError, IndexError, KeyError, ValueError):
        facts = None
    finally:
        os.close(file)
    return look(path)[0]._replace(content=0) if facts is None else facts


def _plain(read: Read, size: int, path: str) -> PictureFacts | None:
    """The facts if the file is plainly a whole picture; None if only a decode can tell."""
    head = read(HEAD, 0)
    if head.startswith(START):
        header = jpeg_header(read, head) if read(2, size - 2) == END else None
        seen = header and (header.width, header.height, header.mode, "JPEG", header.orientation)
    elif head.startswith(PNG_START):
        seen = _png(head) if read(12, size - 12) == PNG_END else None
    else:
        seen = _by_pillow(path)
    if seen is None or not 0 < seen[0] * seen[1] <= MAX_PIXELS:
        return None
    return PictureFacts(*seen, "", size)


def _png(head: bytes) -> tuple[int, int, str, str, int] | None:
    depth, colour = head[24], head[25]
    mode = {(0, 1): "1", (0, 16): "I;16"}.get((colour, depth), PNG_MODES[colour])
    tag = head.find(b"eXIf")
    orientation = exif_orientation(head[tag + 4 :]) if tag >= 0 else 1
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"), mode, "PNG", orientation


def _by_pillow(path: str) -> tuple[int, int, str, str, int] | None:
    from traindx.scan.raster import opened  # it needs Pillow, which JPEG and PNG do without

    try:
        with opened(path) as picture:
            orientation = int(picture.getexif().get(ORIENTATION, 1))
            return picture.width, picture.height, picture.mode, picture.format or "", orientation
    except Exception:  # a decode finds the words for it
        return None
