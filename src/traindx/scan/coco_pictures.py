"""Finds the pictures of a COCO json in the usual layouts: beside it, in the split's folder, by file_name with folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from traindx.scan.coco_files import split_named

SAMPLE = 64
"""Names tried in each folder to choose the one where the pictures are."""

PICTURE_FOLDERS = ("images", "JPEGImages", "imgs", "img", "data", "pictures")


@dataclass(frozen=True)
class Located:
    """Absolute paths of the pictures, in order, and the folders that were looked in; `problem` if none was found."""

    paths: list[str]
    folder: str
    problem: str | None = None


def locate(names: Sequence[str], file: Path, root: Path, split: str, given: str | None) -> Located:
    """Where the pictures with these file names are; one that is not there is expected in the folder of most of them."""
    folders = _folders(file, root, split, given)
    step = max(1, len(names) // SAMPLE)
    sample = names[::step][:SAMPLE]
    best, most = (folders[0], _whole), 0
    for spelled in (_whole, _last):
        for folder in folders:
            hits = sum(Path(_at(folder, spelled(name))).is_file() for name in sample)
            if hits > most:
                best, most = (folder, spelled), hits
        if most:
            break
    folder, spelled = best
    paths = [_at(folder, spelled(name)) for name in names]
    if most == len(sample) or not names:
        return Located(paths, folder)
    others = [f for f in folders if f != folder]
    paths = [
        path if Path(path).is_file() else _elsewhere(name, others) or path
        for name, path in zip(names, paths, strict=True)
    ]
    problem = None
    if not most and not any(Path(path).is_file() for path in paths):
        shown = ", ".join(folders[:6])
        problem = (
            f"none of its {len(names):,} pictures is there, such as {names[0]!r}; looked in {shown}: give --images"
        )
    return Located(paths, folder, problem)


def _at(folder: str, name: str) -> str:
    return os.path.normpath(Path(folder, name))


def _whole(name: str) -> str:
    return name


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _elsewhere(name: str, folders: Sequence[str]) -> str | None:
    spellings: tuple[Callable[[str], str], ...] = (_whole, _last)
    places = (_at(folder, spelled(name)) for spelled in spellings for folder in folders)
    return next((place for place in places if Path(place).is_file()), None)


def _folders(file: Path, root: Path, split: str, given: str | None) -> list[str]:
    """Folders in the order in which they are tried: those of the split, those of pictures, the others; at least one.

    Of a folder that was given, itself and those below it alone.
    """
    bases = [Path(given).absolute()] if given else list(dict.fromkeys([file.parent, file.parent.parent, root]))
    held = [place for base in bases for name in PICTURE_FOLDERS if (place := base / name).is_dir()]
    named = [place for base in (*bases, *held) for place in _of_split(base, file, split)]
    inside = [place for outer in named for name in PICTURE_FOLDERS if (place := outer / name).is_dir()]
    first = bases if given else []
    return list(dict.fromkeys(map(str, (*first, *named, *inside, *held, *bases))))


def _of_split(base: Path, file: Path, split: str) -> list[Path]:
    """Folders called like the json (train2017 for instances_train2017.json), then those called after its split."""
    try:
        with os.scandir(base) as items:
            names = sorted(item.name for item in items if not item.name.startswith(".") and item.is_dir())
    except OSError:
        return []
    own = [name for name in names if file.stem.endswith(name)]
    return [base / name for name in dict.fromkeys([*own, *(name for name in names if split_named(name) == split)])]
