"""Groups of pictures that may come from different hands: splits, folders, beginnings of file names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from traindx.core.dataset import Dataset, Ints

MOST = 50
"""More groups than this are no few sources; a prefix with so many values is a number. A guess."""

_PREFIX = re.compile(r"[A-Za-z]+")


def groupings(dataset: Dataset) -> Iterator[tuple[list[str], Ints]]:
    """Ways to part the pictures into 2 to `MOST` groups: the groups' names in words, and each picture's group.

    By split, by folder, by the letters that a file's name begins with. The same parting is given once.
    """
    images = dataset.images
    paths = [str(path).replace("\\", "/") for path in images.path]
    splits = [f"split {split}" for split in images.split]
    folders = [f"folder {path.rpartition('/')[0]}" for path in paths]
    seen: set[bytes] = set()
    prefixes = [_prefix(path.rpartition("/")[2]) for path in paths]
    for words in (splits, folders, prefixes):
        names = list(dict.fromkeys(words))
        if not 2 <= len(names) <= MOST:
            continue
        number = {name: n for n, name in enumerate(names)}
        group = np.array([number[word] for word in words], dtype=np.int64)
        if group.tobytes() not in seen:
            seen.add(group.tobytes())
            yield names, group


def _prefix(name: str) -> str:
    letters = _PREFIX.match(name)
    return f"files named {letters[0]}..." if letters else "files named by numbers"
