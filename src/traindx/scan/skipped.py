"""Finds pictures that no loader takes, because of their suffix."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from traindx.core.dataset import Oddity
from traindx.scan.folders import Folders
from traindx.scan.listing import PICTURE_SUFFIXES

TORCHVISION = frozenset(["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"])
"""torchvision/datasets/folder.py, IMG_EXTENSIONS."""

NO_PICTURES = frozenset(
    ["txt", "csv", "tsv", "json", "xml", "yaml", "yml", "md", "npy", "npz", "cache", "py", "ipynb", "zip", "db", "ini"]
)
"""Suffixes of files that lie among pictures and are none: these are not opened."""

MAX_OPENED = 2_000
"""Files whose first bytes are read. A guess: a folder full of other files is no folder of pictures."""


def skipped_pictures(
    root: str, folders: Iterable[str], listed: Folders, *, loader: Literal["torchvision", "ultralytics"]
) -> tuple[Oddity, ...]:
    """Files directly in `folders` that begin like a picture and have a suffix that the loader does not take.

    What torchvision does not take and Ultralytics does counts as taken.
    """
    found: list[Oddity] = []
    opened = 0
    for folder in folders:
        for path, suffix in _candidates(folder, listed, loader):
            opened += 1
            if opened > MAX_OPENED:
                return tuple(found)
            if kind := picture_kind(path):
                written = f"its suffix is .{suffix}" if suffix else "it has no suffix"
                found.append(Oddity(os.path.relpath(path, root), "skipped-file", f"{kind}, and {written}"))
    return tuple(found)


def _candidates(
    folder: str, listed: Folders, loader: Literal["torchvision", "ultralytics"]
) -> Iterator[tuple[str, str]]:
    known = NO_PICTURES | PICTURE_SUFFIXES | (TORCHVISION if loader == "torchvision" else frozenset())
    try:
        names = listed.by_suffix(folder)
    except OSError:
        return
    found: list[tuple[str, str]] = []
    for name in (name for suffix, same in names.items() if suffix.lower() not in known for name in same):
        stem, dot, suffix = name.rpartition(".")
        if (stem or not dot) and (path := Path(folder) / name).is_file():
            found.append((str(path), suffix.lower() if dot else ""))
    yield from sorted(found)


def picture_kind(path: str) -> str:
    """The format that a file's first bytes say, or empty."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(16)
    except OSError:
        return ""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "WEBP" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


_MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"8BPS", "PSD"),
)
