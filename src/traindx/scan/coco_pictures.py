"""Finds the pictures of a COCO json in the usual layouts: beside it, in the split's folder, by file_name with folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from traindx.scan.coco_files import SPLIT_WORDS

SAMPLE = 64
"""Names tried in each folder to choose the one where the pictures are."""

PICTURE_FOLDERS = ("images", "JPEGImages", "imgs", "img", "data", "pictures")
KINDS = ("instances_", "person_keypoints_", "stuff_", "image_info_", "captions_", "annotations_")


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
    """Folders in the order in which they are tried; those that do not exist are left out, but for the first."""
    here = file.parent
    own = file.stem
    for kind in KINDS:
        own = own.removeprefix(kind)
    words = [own, *(word for word, name in SPLIT_WORDS.items() if name == split)]
    words += [word for word in (here.name,) if word.lower() in SPLIT_WORDS]
    bases = list(dict.fromkeys([here, here.parent, root]))
    places = [Path(given).absolute()] if given else []
    places += [place for word in words for base in bases for place in _of_word(base, word)]
    places += [base / name for base in bases for name in PICTURE_FOLDERS]
    places += bases
    unique = list(dict.fromkeys(map(str, places)))
    return [place for place in unique if Path(place).is_dir()] or unique[:1]


def _of_word(base: Path, word: str) -> list[Path]:
    inside = [base / name / word for name in PICTURE_FOLDERS]
    return [base / word, *inside, *(base / word / name for name in PICTURE_FOLDERS)]
