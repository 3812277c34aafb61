"""Tells which folders of a classification set are its splits."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from traindx.scan.class_folders import has_picture, is_picture, subfolders

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
"""Folder names, in lower case, that are splits. Ultralytics takes train, val, validation, valid and test."""


def split_folders(root: Path) -> dict[str, Path]:
    """The folders of the splits by name, train first; the root itself as train where it holds the class folders.

    Names such as training_set or seg_train count where there are two splits or more of them, and train holds folders
    alone or every folder with pictures has such a name.
    A folder called train that holds pictures and no class folder, beside folders that are no splits, is a class.
    """
    children = subfolders(root)
    exact = _by_split(children, lambda name: SPLIT_NAMES.get(name, ""))
    held = [child for child in children if not child.name.startswith((".", "__")) and has_picture(child)]
    if "train" in exact:
        others = [child for child in held if child.name.lower() not in SPLIT_NAMES]
        return {"train": root} if others and _is_flat(exact["train"]) else exact
    loose = _by_split(held, _split_in)
    nested = "train" in loose and not _pictures_in(loose["train"])
    if len(loose) > 1 and (nested or all(_split_in(child.name.lower()) for child in held)):
        return loose
    return {"train": root}


def _by_split(folders: list[Path], split_of: Callable[[str], str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        found.setdefault(split_of(folder.name.lower()), folder)
    return {name: found[name] for name in ("train", "val", "test") if name in found}


def _split_in(name: str) -> str:
    """The one split that a word of a name is called after, as in train2017, test_set or seg_train; empty for none or two."""
    found = {SPLIT_NAMES[word] for word in re.findall(r"[a-z]+", name) if word in SPLIT_NAMES}
    return found.pop() if len(found) == 1 else ""


def _is_flat(folder: Path) -> bool:
    """Whether the folder holds pictures and none of its folders does."""
    return _pictures_in(folder) and not any(map(has_picture, subfolders(folder)))


def _pictures_in(folder: Path) -> bool:
    try:
        return any(is_picture(item.name) for item in folder.iterdir())
    except OSError:
        return False
