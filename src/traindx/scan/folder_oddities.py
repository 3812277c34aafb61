"""Says what is odd about class folders: strays, empty ones, pictures in none, names that differ by case, a level too many."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from traindx.core.dataset import Oddity
from traindx.scan.class_folders import ClassFolder, Tree, has_picture, subfolders
from traindx.scan.split_folders import SPLIT_NAMES

NO_CLASSES = frozenset({"images", "labels", "annotations", "jpegimages", "imagesets", "segmentationclass", "masks"})
"""Folders of detection sets: where only these hold pictures, the folders are no classes."""

JUNK = frozenset({"__macosx", "__pycache__", "@eadir", "lost+found", "$recycle.bin", "system volume information"})
"""Folders that operating systems, archives and Python leave behind."""

SPARE = frozenset({"backup", "backups", "bak", "tmp", "temp", "trash"})
"""Where people put things aside."""

OUTPUTS = frozenset({"args.yaml", "results.csv", "opt.yaml", "hyp.yaml", "weights/*.pt"})
"""What a training leaves in its output folder."""

LOOSE_SHARE = 0.05
"""Of a set without split folders, loose pictures up to this share may be a logo or samples. A guess."""


def one_level_lower(tree: Tree) -> ClassFolder | None:
    """The split's only class folder, if it has no pictures of its own and two or more folders with pictures in it."""
    classes = [folder for folder in tree.classes if not stray_reason(folder, tree)]
    if len(classes) != 1 or classes[0].direct or tree.loose or len(_inside(classes[0])) < 2:
        return None
    return classes[0]


def folder_oddities(root: Path, home: Path, trees: Sequence[Tree]) -> tuple[Oddity, ...]:
    """What is odd about the folders of the set at `root`, whose splits or classes are in `home`; paths are relative to `root`."""
    found: list[Oddity] = []
    if home != root:
        where = _below(root, str(home))
        found.append(Oddity(where, "root-too-high", f"{root} holds no class folders, they are in {where}"))
    for tree in trees:
        others = {f.name for t in trees if t is not tree for f in t.classes if f.pictures}
        found += (
            Oddity(_below(root, path), kind, text, tree.split) for path, kind, text in _of_split(root, tree, others)
        )
    read = {tree.path for tree in trees}
    if str(home) not in read:
        unread = [child for child in subfolders(home) if str(child) not in read and child.name[0] not in "._"]
        texts = {_below(root, str(child)): has_picture(child) for child in unread}
        found += (
            Oddity(p, "unread-folder", f"{p} holds pictures and is read as no split") for p, has in texts.items() if has
        )
    return tuple(found)


def _of_split(root: Path, tree: Tree, others: AbstractSet[str]) -> Iterator[tuple[str, str, str]]:
    """Paths, kinds and words; `others` are the classes of the other splits."""
    here = _below(root, tree.path)
    if not tree.classes:
        if tree.loose:
            yield tree.path, "flat-split", f"{len(tree.loose)} pictures lie in {here} itself, in no class folder"
        return
    total = sum(len(folder.pictures) for folder in tree.classes)
    if here != "." or len(tree.loose) > LOOSE_SHARE * total:
        for path in tree.loose:
            yield path, "loose-picture", f"lies in {here} itself, in no class folder"
    if (lower := one_level_lower(tree)) is not None:
        inside = _inside(lower)
        listed = ", ".join(inside[:5]) + (", ..." if len(inside) > 5 else "")
        yield tree.path, "root-too-high", f"the only class is {lower.name}; in it are {len(inside)} folders: {listed}"
        return
    if splits := _splits_inside(tree):
        text = f"the splits are inside the class folders ({splits}): all are trained on together"
        yield tree.path, "root-too-high", text
        return
    for folder in tree.classes:
        if reason := stray_reason(folder, tree, others):
            yield folder.path, "stray-folder", f"{reason}, with {len(folder.pictures)} pictures"
        elif not folder.pictures:
            yield folder.path, "empty-class-folder", "no picture that a loader takes"
        elif folder.nested:
            yield folder.path, "nested-folder", f"{len(folder.nested)} folders with pictures below it"
    yield from _same_but_case(tree)


def _splits_inside(tree: Tree) -> str:
    """The names of the folders in the class folders that hold most pictures, if they are those of splits."""
    held = [folder for folder in tree.classes if folder.pictures]
    deep = [folder for folder in held if not folder.direct and "train" in map(str.lower, _inside(folder))] or held
    inside = {name for folder in deep for name in _inside(folder)}
    most = 2 * sum(len(folder.pictures) for folder in deep) > sum(len(folder.pictures) for folder in held)
    splits = len(inside) > 1 and all(name.lower() in SPLIT_NAMES for name in inside) and most
    return ", ".join(sorted(inside)) if splits and not any(folder.direct for folder in deep) else ""


def stray_reason(folder: ClassFolder, tree: Tree, others: AbstractSet[str] = frozenset()) -> str:
    """Why a folder among class folders is none, or empty; a name that `others`, those of other splits, have is a class."""
    name = folder.name.lower()
    if name in JUNK:
        return "left behind by a system or an archive"
    if name.startswith("."):
        return "a hidden folder"
    beside = [other for other in tree.classes if other is not folder and other.pictures]
    if len(beside) < 2 or folder.name in others:
        return ""
    if name in NO_CLASSES:
        return "a folder of detection sets"
    if name in SPLIT_NAMES and (folder.nested or _splits_beside(tree)):
        return "a split's name"
    inside = {other.lower() for other in _inside(folder)}
    if len(inside) > 1 and inside <= {other.name.lower() for other in beside}:
        return f"a folder of the classes beside it ({', '.join(sorted(inside)[:5])})"
    if name in SPARE:
        return "things put aside, by its name"
    return "the output of a training" if _is_output(folder) else ""


def _splits_beside(tree: Tree) -> bool:
    """Whether train and another split's name are among the folders: one such name alone may be a class, a train say."""
    names = {other.name.lower() for other in tree.classes if other.name.lower() in SPLIT_NAMES}
    return "train" in names and len(names) > 1


def _is_output(folder: ClassFolder) -> bool:
    """Whether the folder holds what a training leaves; two levels deeper as well (runs/detect/train), if no picture is in it."""
    place = Path(folder.path)
    levels = ("",) if folder.direct else ("", "*/", "*/*/")
    return any(next(place.glob(level + name), None) for level in levels for name in OUTPUTS)


def _same_but_case(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """Folders whose names differ by case or blanks alone; letters such as a and A may be classes of their own."""
    first: dict[str, ClassFolder] = {}
    for folder in tree.classes:
        key = folder.name.casefold().strip()
        if (other := first.setdefault(key, folder)) is not folder and len(key) > 1:
            text = f"{other.name!r} ({len(other.pictures)} pictures) and {folder.name!r} ({len(folder.pictures)})"
            yield folder.path, "case-variant", text


def _inside(folder: ClassFolder) -> list[str]:
    """The folders directly below, with pictures in or below them."""
    start = len(folder.path) + 1
    return sorted({path[start:].partition(os.sep)[0] for path in folder.nested})


def _below(root: Path, path: str) -> str:
    return os.path.relpath(path, root)
