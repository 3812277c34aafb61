"""Compares decoded copies of pictures (a.npy beside a.jpg, as Ultralytics and YOLOv5 keep with cache=disk) with the pictures.

YOLOv5 reads a.npy whenever it is there. Ultralytics 8.4 reads it unless it is older than the picture: a picture that was
replaced by an older file, as unpacking and copying with times do, is trained as it was before.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Oddity, Pictures
from traindx.scan.folders import Folders

LOOKED = 256
"""Decoded copies whose pixels are compared, those older than their picture first: each costs as much as a decode."""

LEVELS = 8.0
"""Mean difference of the 4 x 4 mean colours, of 255, from which two pictures are not the same. Of 1,620
photographs (`python bench/picture_bounds.py`) the copy of a picture differs by at most 4.9; other pictures of COCO differ by
14 or more, of blood cells and hands, which are much alike, by 8 or more in 88 and 99 %."""


def picture_caches(
    root: str, pictures: Sequence[str], measured: Pictures, folders: Iterable[str], listed: Folders
) -> tuple[Oddity, ...]:
    """Oddities of decoded copies that do not show their picture. `measured` are the facts of `pictures`, absolute paths
    in these folders."""
    copies = _copies(folders, listed)
    if not copies:
        return ()
    pairs = [(i, copy) for i, path in enumerate(pictures) if (copy := path.rpartition(".")[0] + ".npy") in copies]
    pairs.sort(key=lambda pair: not _is_older(pair[1], pictures[pair[0]]))
    found = []
    for n, (i, copy) in enumerate(pairs):
        if text := _difference(copy, measured, i, pixels=n < LOOKED):
            age = "older than" if _is_older(copy, pictures[i]) else "not older than"
            found.append(Oddity(os.path.relpath(copy, root), "stale-npy", f"{text}; it is {age} the picture"))
    return tuple(found)


def _copies(folders: Iterable[str], listed: Folders) -> set[str]:
    found: set[str] = set()
    for folder in folders:
        try:
            found.update(os.path.join(folder, name) for name in listed.by_suffix(folder).get("npy", ()))  # noqa: PTH118
        except OSError:
            continue
    return found


def _is_older(copy: str, picture: str) -> bool:
    try:
        return Path(copy).stat().st_mtime < Path(picture).stat().st_mtime
    except OSError:
        return False


def _difference(copy: str, measured: Pictures, i: int, *, pixels: bool) -> str:
    """What the copy shows otherwise than the picture, or empty. Pictures that are turned on decoding are compared by size."""
    try:
        array = np.load(copy, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return ""  # the trainers delete a copy that they cannot read
    size = (int(measured.height[i]), int(measured.width[i]))
    if array.ndim != 3 or array.dtype != np.uint8 or 0 in size:
        return ""
    if sorted(array.shape[:2]) != sorted(size):
        return f"it holds {array.shape[1]} x {array.shape[0]} pixels and the picture {size[1]} x {size[0]}"
    if not pixels or array.shape[2] != 3 or measured.orientation[i] > 1 or np.isnan(measured.brightness[i]):
        return ""
    gap = float(np.abs(mean_colours(array) - measured.thumb[i].astype(float)).mean())
    return f"its colours differ by {gap:.0f} of 255 levels from the picture's" if gap > LEVELS else ""


def mean_colours(array: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The 4 x 4 mean colours of a BGR picture as 48 numbers in RGB."""
    rows, columns = (np.linspace(0, n, 5).astype(int) for n in array.shape[:2])
    cells = [array[rows[i] : rows[i + 1], columns[j] : columns[j + 1], ::-1] for i in range(4) for j in range(4)]
    return np.concatenate([cell.mean(axis=(0, 1)) for cell in cells])
