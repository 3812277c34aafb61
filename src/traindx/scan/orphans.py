"""Finds label files whose picture is not there."""

from __future__ import annotations

import os
from collections.abc import Sequence

from traindx.scan.listing import PICTURE_SUFFIXES, Entry, folder_of, name_of

NO_LABELS = frozenset({"classes.txt", "labels.txt", "names.txt", "license.txt"})
"""Text files that annotation tools and exports leave among labels (LabelImg and Label Studio write classes.txt)."""


def find_orphans(root: str, entries: Sequence[Entry], labels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Label files (relative to the root, sorted) in folders where labels were looked for, with their split.

    A label whose picture exists but is in no split is none. Where labels lie beside the pictures, `train.txt`, `val.txt`
    and `test.txt` are taken for lists of pictures.
    """
    looked = set(labels)
    folders: dict[str, tuple[set[str], str]] = {}
    for entry, label in zip(entries, labels, strict=True):
        pictures, _ = folders.setdefault(folder_of(label), (set(), entry.split))
        pictures.add(folder_of(entry.picture))
    found = []
    for folder, (pictures, split) in sorted(folders.items()):
        candidates = [path for path in _texts(folder, beside=folder in pictures) if path not in looked]
        if candidates:
            stems = {stem for where in pictures for stem in _stems(where)}
            found += [(path, split) for path in candidates if name_of(path)[:-4] not in stems]
    return tuple((p[len(root) + 1 :] if p.startswith(root + os.sep) else p, split) for p, split in found)


def _texts(folder: str, *, beside: bool) -> list[str]:
    ignored = NO_LABELS | {"train.txt", "val.txt", "test.txt"} if beside else NO_LABELS
    try:
        with os.scandir(folder) as items:
            return sorted(
                item.path
                for item in items
                if item.name.endswith(".txt")
                and not item.name.startswith(".")
                and not item.name.lower().startswith("readme")
                and item.name.lower() not in ignored
            )
    except OSError:
        return []


def _stems(folder: str) -> set[str]:
    try:
        with os.scandir(folder) as items:
            return {
                item.name.rpartition(".")[0]
                for item in items
                if item.name.rpartition(".")[2].lower() in PICTURE_SUFFIXES
            }
    except OSError:
        return set()
