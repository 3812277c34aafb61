"""The files of a saved batch: its pictures as they entered the network (npz), and as they look (png)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 1
"""zlib's fastest level: a batch is written while the training waits."""


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> int:
    """Write arrays as numpy's `npz` and return the bytes written. Raises `OSError`."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, array in arrays.items():
            inside = io.BytesIO()
            np.lib.format.write_array(inside, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(f"{name}.npy", inside.getvalue())
    return _write(path, held.getvalue())


def write_png(path: Path, picture: NDArray[np.uint8]) -> int:
    """Write a picture [H, W, 1 or 3] and return the bytes written. Raises `OSError`.

    Format: W3C Portable Network Graphics; every row with filter 1 (difference from the pixel to the left).
    """
    height, width, channels = picture.shape
    left = np.concatenate([np.zeros((height, 1, channels), np.uint8), picture[:, :-1]], axis=1)
    rows = np.concatenate([np.ones((height, 1), np.uint8), (picture - left).reshape(height, -1)], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), LEVEL)), (b"IEND", b""))
    return _write(path, b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _write(path: Path, data: bytes) -> int:
    """Write under another name first: a kill leaves no half file under the name that the recording gives."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(data)
    unfinished.replace(path)
    return len(data)
