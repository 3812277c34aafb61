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
    # the label's folder follows from the picture's, so that one picture of each folder is enough
    first = {
        folder_of(entry.picture): (entry.split, label) for entry, label in zip(entries[::-1], labels[::-1], strict=True)
    }
    for where, (split, label) in reversed(first.items()):
        pictures, _ = folders.setdefault(folder_of(label), (set(), split))
        pictures.add(where)
    found = []
    for folder, (pictures, split) in sorted(folders.items()):
        candidates = _texts(folder, looked, beside=folder in pictures)
        if candidates:
            stems = {stem for where in pictures for stem in _stems(where)}
            found += [(path, split) for path in candidates if name_of(path)[:-4] not in stems]
    return tuple((p[len(root) + 1 :] if p.startswith(root + os.sep) else p, split) for p, split in found)


def _texts(folder: str, looked: set[str], *, beside: bool) -> list[str]:
    """Text files of a folder that may be labels and that no picture asks for."""
    ignored = NO_LABELS | {"train.txt", "val.txt", "test.txt"} if beside else NO_LABELS
    try:
        names = os.listdir(folder)  # noqa: PTH208 (a million names: a path object each takes ten times as long)
    except OSError:
        return []
    start = folder + os.sep
    return sorted(
        start + name
        for name in names
        if start + name not in looked
        and name.endswith(".txt")
        and not name.startswith(".")
        and not name.lower().startswith("readme")
        and name.lower() not in ignored
    )


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
