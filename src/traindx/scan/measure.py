"""One read and one decode per picture: size, mode, orientation, damage and looks. A pure function of a shard of paths."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray

from traindx.core.dataset import Pictures
from traindx.scan.appearance import appearances
from traindx.scan.jpeg import START, measured_jpeg
from traindx.scan.pictures import PictureFacts, pictures_of

Bytes = NDArray[np.uint8]
ReadFile = Callable[[str], bytes]


def read_file(path: str) -> bytes:
    """The bytes of a file; raises `OSError`."""
    file = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(file).st_size
        data = os.read(file, size)
        while len(data) < size and (
            more := os.read(file, size - len(data))
        ):  # a network file system may give less at once
            data += more
        return data
    finally:
        os.close(file)


def measure(paths: Sequence[str], read: ReadFile = read_file) -> Pictures:
    """The facts of each picture, in order. Never raises for a bad file: that is its `damage`.

    `read` gives the bytes of a path or raises `OSError`; they are read once and decoded once. Looks are computed over all
    pictures of one size together, because many small operations would hold the interpreter's lock.
    """
    facts: list[PictureFacts] = []
    by_size: dict[tuple[int, ...], list[tuple[int, Bytes]]] = {}
    for n, path in enumerate(paths):
        seen, small = look(path, read)
        facts.append(seen)
        if small is not None:
            by_size.setdefault(small.shape, []).append((n, small))
    for same in by_size.values():
        for (n, _), looks in zip(same, appearances([small for _, small in same]), strict=True):
            facts[n] = PictureFacts(*facts[n][:8], *looks, facts[n].quirks)
    return pictures_of(facts)


def look(path: str, read: ReadFile = read_file) -> tuple[PictureFacts, Bytes | None]:
    """The facts of a picture without its looks, and the reduction that shows them, if it could be decoded."""
    try:
        data = read(path)
    except FileNotFoundError:
        link = Path(path)
        text = f"broken link to {link.readlink()}" if link.is_symlink() else "no such file"
        return PictureFacts(damage=text), None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return PictureFacts(damage=f"cannot be read: {getattr(error, 'strerror', None) or error}"), None
    suffix = path.rpartition(".")[2].lower()
    facts, small = measured_jpeg(data) if data.startswith(START) else _raster(data, suffix)
    return facts._replace(file_size=len(data), content=xxhash.xxh3_64_intdigest(data)), small


def _raster(data: bytes, suffix: str) -> tuple[PictureFacts, Bytes | None]:
    from traindx.scan.raster import measured_raster  # it needs Pillow, which plain JPEGs do without

    return measured_raster(data, suffix)
