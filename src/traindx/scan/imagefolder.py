"""Reads class folders: root/train/<class>/*.jpg with val and test, or root/<class>/*.jpg, as torchvision's ImageFolder does."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from traindx.core.dataset import Boxes, Dataset, Images, Pictures, Rows, Split
from traindx.core.small_dataset import columns
from traindx.scan.class_folders import ClassFolder, Tree, has_picture, read_tree, subfolders
from traindx.scan.folder_oddities import NO_CLASSES, folder_oddities, one_level_lower
from traindx.scan.folders import Folders
from traindx.scan.listing import folder_of
from traindx.scan.picture_caches import picture_caches
from traindx.scan.pictures import images_of, objects
from traindx.scan.skipped import skipped_pictures
from traindx.scan.split_folders import SPLIT_NAMES, split_folders

Measure = Callable[[Sequence[str]], Pictures]

RULE = "the class is the folder directly below the split, numbered in sorted order; deeper folders belong to it"


class Entry(NamedTuple):
    """One picture of a split, by absolute path, with its class folder; None if it lies in none."""

    split: str
    picture: str
    folder: ClassFolder | None


def is_imagefolder(folder: Path) -> bool:
    """Whether the folder holds class folders with pictures, in splits or not, perhaps one level lower."""
    return folder.is_dir() and _home(folder) is not None


def read_imagefolder(folder: Path, measure: Measure) -> Dataset:
    """The dataset of class folders at `folder`; `measure` looks at the pictures.

    `names` are train's folders in sorted order, followed by classes that only other splits have. Pictures that lie in
    a split and in no class folder have the class id -1.
    """
    root = Path(os.path.normpath(folder.absolute()))
    home = _home(root) or root
    seen = [read_tree(name, place) for name, place in split_folders(home).items()]
    trees = [read_tree(tree.split, Path(lower.path)) if (lower := one_level_lower(tree)) else tree for tree in seen]
    names = _names(trees)
    entries = _entries(trees)
    pictures = [entry.picture for entry in entries]
    measured = measure(pictures)
    folders, listed = [folder.path for tree in trees for folder in tree.classes], Folders()
    holding = sorted({folder_of(path) for path in pictures})
    return Dataset(
        root=str(root),
        source=str(root),
        format="imagefolder",
        task="classify",
        names=names,
        splits=(*_without_train(trees, home), *(_split(tree, root) for tree in trees)),
        images=_images(str(root), entries, {name: i for i, name in names.items()}, measured),
        boxes=columns(Boxes, []),
        rows=columns(Rows, []),
        oddities=(
            *folder_oddities(root, home, seen),
            *skipped_pictures(str(root), folders, listed, loader="torchvision"),
            *picture_caches(str(root), pictures, measured, holding, listed),
        ),
        class_maps={_relative(str(root), tree.path) or ".": _map(tree) for tree in trees if tree.classes},
    )


def _holds_classes(folder: Path) -> bool:
    splits = split_folders(folder)
    if splits == {"train": folder}:
        names = {child.name.lower() for child in subfolders(folder)}
        classes = [c for c in subfolders(folder) if _may_be_class(c) and has_picture(c)]
        inside = {child.name.lower() for place in classes[:50] for child in subfolders(place)}
        return len(classes) > 1 and not (names | inside) & {"labels", "annotations"}
    children = [child for place in splits.values() for child in subfolders(place)]
    return any(child.name.lower() not in NO_CLASSES and has_picture(child) for child in children)


def _may_be_class(folder: Path) -> bool:
    return not folder.name.startswith("__MACOSX") and folder.name.lower() not in NO_CLASSES


def _home(folder: Path, levels: int = 3) -> Path | None:
    """The folder with the splits or class folders: this one, or lower, as long as one subfolder alone holds pictures."""
    if _holds_classes(folder):
        return folder
    children = [child for child in subfolders(folder) if not child.name.startswith((".", "__"))]
    if levels == 0 or any(child.name.lower() in NO_CLASSES | SPLIT_NAMES.keys() for child in children):
        return None
    held = [child for child in children if has_picture(child)]
    return _home(held[0], levels - 1) if len(held) == 1 else None


def _names(trees: Sequence[Tree]) -> dict[int, str]:
    ordered = dict.fromkeys(folder.name for tree in trees for folder in tree.classes)
    return dict(enumerate(ordered))


def _map(tree: Tree) -> Mapping[int, str]:
    return dict(enumerate(folder.name for folder in tree.classes))


def _without_train(trees: Sequence[Tree], home: Path) -> tuple[Split, ...]:
    if any(tree.split == "train" for tree in trees):
        return ()
    return (Split("train", "", str(home / "train"), problem=f"{home} has no folder train, which training needs"),)


def _split(tree: Tree, root: Path) -> Split:
    empty = not tree.loose and not any(folder.pictures for folder in tree.classes)
    return Split(
        name=tree.split,
        written=_relative(str(root), tree.path) or ".",
        resolved=tree.path,
        looked_in=tree.path,
        label_rule=RULE,
        problem=f"no picture in {tree.path}" if empty else None,
    )


def _entries(trees: Sequence[Tree]) -> list[Entry]:
    entries = []
    for tree in trees:
        entries += [Entry(tree.split, path, folder) for folder in tree.classes for path in folder.pictures]
        entries += [Entry(tree.split, path, None) for path in tree.loose]
    return entries


def _images(root: str, entries: Sequence[Entry], ids: Mapping[str, int], measured: Pictures) -> Images:
    return images_of(
        measured,
        path=objects([_relative(root, entry.picture) for entry in entries]),
        split=objects([entry.split for entry in entries]),
        label_path=objects([entry.folder.path if entry.folder else folder_of(entry.picture) for entry in entries]),
        label_state=objects(["labelled" if entry.folder else "missing" for entry in entries]),
        class_id=np.array([ids[entry.folder.name] if entry.folder else -1 for entry in entries], dtype=np.int64),
    )


def _relative(root: str, path: str) -> str:
    return path[len(root) + 1 :] if path.startswith(root + os.sep) else "" if path == root else path
