"""Finds class maps written beside a YOLO set: classes.txt, obj.names, notes.json, _darknet.labels, a checkpoint's names."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from traindx.core.number import number_of
from traindx.scan.folders import Folders

LISTS = ("classes.txt", "obj.names", "_darknet.labels")
"""One name a line, counted from 0: LabelImg and Label Studio, Darknet, Roboflow's Darknet export."""

NOTES = "notes.json"
"""Label Studio's YOLO export: {"categories": [{"id": 0, "name": "cat"}, ...]}."""

MAX_BYTES = 2**20

_NUMBERED = re.compile(r"(\d+)\s*[:,\t ]\s*(\S.*)")


def find_class_maps(root: str, folders: Iterable[str], listed: Folders) -> dict[str, dict[int, str]]:
    """Class maps, ids to names, by path relative to `root`, from files in these folders and the folders above, up to the root."""
    found: dict[str, dict[int, str]] = {}
    for folder in _upwards(root, folders):
        for path in _candidates(folder, listed):
            if classes := read_class_map(path):
                found[os.path.relpath(path, root)] = classes
    return dict(sorted(found.items()))


def _upwards(root: str, folders: Iterable[str]) -> list[str]:
    places = {root}
    for folder in folders:
        here = folder
        while here.startswith(root + os.sep):
            places.add(here)
            here = here.rpartition(os.sep)[0]
    return sorted(places)


def _candidates(folder: str, listed: Folders) -> list[Path]:
    try:
        names = listed.by_suffix(folder)
    except OSError:
        return []
    fixed = [name for name in (*LISTS, NOTES) if name in names.get(name.rpartition(".")[2], ())]
    others = [name for name in names.get("names", ()) if name.endswith(".names")]
    return [Path(folder) / name for name in sorted({*fixed, *others})]


def read_class_map(path: Path) -> dict[int, str]:
    """The class map in a file; empty if it holds none."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return {}
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return {}
    return _notes(text) if path.name == NOTES else _lines(text)


def _notes(text: str) -> dict[int, str]:
    try:
        return {int(entry["id"]): str(entry["name"]) for entry in json.loads(text)["categories"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}


def _lines(text: str) -> dict[int, str]:
    """Names, one a line; `0: cat` and `0 cat` give ids of their own where every line has one. Rows of numbers are no names."""
    lines = [line.strip() for line in text.rstrip().splitlines()]
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if lines and all(numbered):
        pairs = {int(m[1]): m[2] for m in numbered if m}
        plain = len(pairs) == len(lines) and not any(
            number_of(word) is not None for n in pairs.values() for word in n.split()
        )
        return pairs if plain else {}
    return dict(enumerate(lines)) if any(lines) else {}
