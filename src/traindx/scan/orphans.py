"""Finds label files whose picture is not there."""

from __future__ import annotations

import os
from collections.abc import Sequence

from traindx.scan.folders import Folders
from traindx.scan.label_files import LabelFiles
from traindx.scan.listing import PICTURE_SUFFIXES, Entries, folder_of, name_of

NO_LABELS = frozenset({"classes.txt", "labels.txt", "names.txt", "license.txt"})
"""Text files that annotation tools and exports leave among labels (LabelImg and Label Studio write classes.txt)."""


def find_orphans(root: str, entries: Entries, files: LabelFiles, listed: Folders) -> tuple[tuple[str, str], ...]:
    """Label files (relative to the root, sorted) in folders where labels were looked for, with their split.

    A label whose picture exists but is in no split is none. Where labels lie beside the pictures, `train.txt`, `val.txt`
    and `test.txt` are taken for lists of pictures.
    """
    places: dict[str, tuple[set[str], str]] = {}
    # the label's folder follows from the picture's, so that one picture of each folder is enough
    first = dict(zip(reversed(entries.folder), range(len(entries) - 1, -1, -1), strict=True))
    for where, i in reversed(first.items()):
        pictures, _ = places.setdefault(folder_of(entries.label[i]), (set(), entries.split[i]))
        pictures.add(where)
    odd = [folder for folder in sorted(places) if len(_texts(folder, listed)) != files.read.get(folder, 0)]
    looked = set(files.paths) if odd else set()  # elsewhere every text is a label that was read
    found = []
    for folder in odd:
        pictures, split = places[folder]
        candidates = _candidates(folder, looked, listed, beside=folder in pictures)
        if candidates:
            stems = {stem for where in pictures for stem in _stems(where, listed)}
            found += [(path, split) for path in candidates if name_of(path)[:-4] not in stems]
    return tuple((p[len(root) + 1 :] if p.startswith(root + os.sep) else p, split) for p, split in found)


def _texts(folder: str, listed: Folders) -> Sequence[str]:
    """The names of a folder's text files; none where it cannot be listed."""
    try:
        return listed.by_suffix(folder).get("txt", ())
    except OSError:
        return ()


def _candidates(folder: str, looked: set[str], listed: Folders, *, beside: bool) -> list[str]:
    """Text files of a folder that may be labels and that no picture asks for."""
    ignored = NO_LABELS | {"train.txt", "val.txt", "test.txt"} if beside else NO_LABELS
    start = folder + os.sep
    return sorted(
        path
        for path in {start + name for name in _texts(folder, listed)} - looked
        if (name := name_of(path)).endswith(".txt")
        and not name.startswith(".")
        and not name.lower().startswith("readme")
        and name.lower() not in ignored
    )


def _stems(folder: str, listed: Folders) -> set[str]:
    try:
        names = listed.by_suffix(folder)
    except OSError:
        return set()
    pictures = (same for suffix, same in names.items() if suffix.lower() in PICTURE_SUFFIXES)
    return {name.rpartition(".")[0] for same in pictures for name in same}
