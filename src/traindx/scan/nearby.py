"""Finds files that look like missing labels: other case, other spelling, another folder, another format."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from traindx.scan.listing import folder_of, name_of

LABEL_SUFFIXES = ("txt", "xml", "json")
MAX_FOLDERS = 5_000
"""Folders looked at below the root, so that a root of / does not take for ever. A guess."""

_LABELS = re.compile(r"labels?|annot")
_PUNCTUATION = re.compile(r"[^a-z0-9]+")


def find_elsewhere(root: str, paths: Sequence[str], states: Sequence[str]) -> dict[str, str]:
    """For missing label files, a file with the same name (but for case and punctuation) that no picture asks for.

    Looks in the label's own folder, everywhere below the root, and in folders beside the root that are called after labels;
    of several, the one whose folder is most alike.
    """
    missing = [path for path, state in zip(paths, states, strict=True) if state == "missing"]
    if not missing:
        return {}
    asked = set(paths)
    by_name: dict[str, list[str]] = {}
    folders = {folder_of(path) for path in missing} | set(_label_folders(folder_of(root)))
    for candidate in _files([root, *sorted(f for f in folders if not f.startswith(root + os.sep))]):
        if candidate not in asked:
            by_name.setdefault(_plain_name(candidate), []).append(candidate)
    likeness: dict[tuple[str, str], float] = {}
    found = {}
    for path in missing:
        candidates = by_name.get(_plain_name(path), ())
        if candidates:
            found[path] = max(candidates, key=lambda c: (_suffix_rank(c), _alike(path, c, likeness), c))
    return found


def _label_folders(folder: str) -> list[str]:
    """Folders whose name begins with label or annot."""
    try:
        with os.scandir(folder) as items:
            return [i.path for i in items if _LABELS.match(i.name.lower()) and i.is_dir()]
    except OSError:
        return []


def _plain_name(path: str) -> str:
    return _PUNCTUATION.sub("", name_of(path).rpartition(".")[0].lower())


def _suffix_rank(path: str) -> bool:
    return path.lower().endswith(".txt")


def _alike(path: str, candidate: str, known: dict[tuple[str, str], float]) -> float:
    key = folder_of(path), folder_of(candidate)
    if key not in known:
        known[key] = SequenceMatcher(None, *key, autojunk=False).ratio()
    return known[key]


def _files(roots: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    waiting = list(reversed(roots))
    while waiting and len(seen) < MAX_FOLDERS:
        here = waiting.pop()
        real = os.path.realpath(here)
        if real in seen:
            continue
        seen.add(real)
        try:
            with os.scandir(here) as items:
                for item in items:
                    if item.name.startswith("."):
                        continue
                    if item.name.rpartition(".")[2].lower() in LABEL_SUFFIXES:
                        yield item.path
                    elif item.is_dir(follow_symlinks=False):
                        waiting.append(item.path)
        except OSError:
            continue
