"""Lists the class folders of a split and their pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from traindx.scan.listing import PICTURE_SUFFIXES

LOADED = PICTURE_SUFFIXES | {"ppm", "pgm"}
"""Suffixes that Ultralytics or torchvision (`IMG_EXTENSIONS` of its datasets/folder.py) takes for pictures."""

LOOKED = 2_000
"""Folders that are looked into to tell whether a folder holds a picture. A guess."""


@dataclass(frozen=True)
class ClassFolder:
    """A folder directly below a split and all pictures below it, absolute and sorted; `nested` are folders with pictures in it.

    `direct` is how many pictures lie in the folder itself.
    """

    name: str
    path: str
    pictures: tuple[str, ...]
    direct: int
    nested: tuple[str, ...]


@dataclass(frozen=True)
class Tree:
    """A split's folder, its class folders in sorted order, and the pictures that lie in none."""

    split: str
    path: str
    classes: tuple[ClassFolder, ...]
    loose: tuple[str, ...]


def subfolders(folder: Path) -> list[Path]:
    """Folders directly below, sorted by name as torchvision sorts classes; hidden ones too. Empty if it cannot be read."""
    try:
        with os.scandir(folder) as items:
            return sorted((folder / item.name for item in items if item.is_dir()), key=lambda p: p.name)
    except OSError:
        return []


def has_picture(folder: Path) -> bool:
    """Whether a picture lies in or below the folder, among its first `LOOKED` folders."""
    for n, (_, files) in enumerate(_walk(str(folder))):
        if any(map(is_picture, files)):
            return True
        if n >= LOOKED:
            return False
    return False


def is_picture(name: str) -> bool:
    """Whether loaders take a file of this name for a picture."""
    return name.rpartition(".")[2].lower() in LOADED


def read_tree(split: str, folder: Path) -> Tree:
    """The class folders of the split at `folder`: every folder in it is one, as torchvision's `find_classes` has it."""
    try:
        files = sorted(item.path for item in os.scandir(folder) if is_picture(item.name) and not item.is_dir())
    except OSError:
        files = []
    return Tree(split, str(folder), tuple(map(_class_folder, subfolders(folder))), tuple(files))


def _class_folder(folder: Path) -> ClassFolder:
    pictures: list[str] = []
    nested: list[str] = []
    direct = 0
    for here, files in _walk(str(folder)):
        found = [f"{here}{os.sep}{name}" for name in sorted(files) if is_picture(name)]
        if here == str(folder):
            direct = len(found)
        elif found:
            nested.append(here)
        pictures += found
    return ClassFolder(folder.name, str(folder), tuple(pictures), direct, tuple(nested))


def _walk(folder: str) -> Iterator[tuple[str, list[str]]]:
    """Every folder and its files in sorted order; links to folders are followed, each real folder once."""
    seen: set[str] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        real = os.path.realpath(here)
        if real in seen:
            continue
        seen.add(real)
        inside: list[str] = []
        files: list[str] = []
        try:
            with os.scandir(here) as items:
                for item in items:
                    (inside if item.is_dir() else files).append(item.name)
        except OSError:
            continue
        yield here, files
        waiting += [f"{here}{os.sep}{name}" for name in sorted(inside, reverse=True)]
