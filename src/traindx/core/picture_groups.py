"""Groups of pictures that may come from different hands: splits, folders, beginnings of file names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import ascii_letters

import numpy as np

from traindx.core.dataset import Dataset, Ints

MOST = 50
"""More groups than this are no few sources; a prefix with so many values is a number. A guess."""


def groupings(dataset: Dataset) -> tuple[tuple[list[str], Ints], ...]:
    """Ways to part the pictures into 2 to `MOST` groups: the groups' names in words, and each picture's group.

    By split, by folder, by the letters that a file's name begins with. The same parting is given once.
    """
    return dataset.groupings


def groupings_of(dataset: Dataset) -> Iterator[tuple[list[str], Ints]]:
    """`groupings`, made anew."""
    images, shapes = dataset.images, dataset.images.shapes
    every = np.arange(len(images))
    parted = [shape.replace("\\", "/").rpartition("/") for shape in shapes.every]
    folders, of = [folder for folder, _, _ in parted], shapes.of
    if any("0" in folder for folder in folders):
        folders, of = [path.replace("\\", "/").rpartition("/")[0] for path in images.path.tolist()], every
    beginnings = [name.removesuffix(name.lstrip(ascii_letters)) for _, _, name in parted]
    partings: tuple[tuple[Callable[[str], str], list[str], Ints], ...] = (
        ("split {}".format, images.split.tolist(), every),
        ("folder {}".format, folders, of),
        (_beginning, beginnings, shapes.of),
    )
    seen: set[bytes] = set()
    for in_words, words, of_picture in partings:
        number = {word: n for n, word in enumerate(dict.fromkeys(words))}
        if not 2 <= len(number) <= MOST:
            continue
        group = np.fromiter(map(number.__getitem__, words), dtype=np.int64, count=len(words))[of_picture]
        if group.tobytes() not in seen:
            seen.add(group.tobytes())
            yield [in_words(word) for word in number], group


def _beginning(letters: str) -> str:
    return f"files named {letters}..." if letters else "files named by numbers"
