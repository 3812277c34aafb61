"""Writes a COCO or VOC dataset anew below one folder: its tree with pictures linked and json and xml repaired."""

from __future__ import annotations

import os
import posixpath
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.repair.coco_text import renamed_json
from traindx.repair.content import new_content
from traindx.repair.plan import Plan
from traindx.repair.yolo_copy import link_or_copy
from traindx.scan.coco import open_json

COPIED_UP_TO = 64 * 2**20
"""Bytes up to which a file that is no picture goes into the copy."""

Names = Mapping[str, Mapping[str, str]]
"""By json (relative to the root): absolute paths of pictures by the file name that is written there."""


def write_entry_copy(dataset: Dataset, plan: Plan, into: Path) -> None:
    """The tree of the root with pictures linked, files with edits rewritten and other files copied; caches stay behind.

    Pictures that lie outside of the root are linked below `images`; those that a json names with `../` get their absolute
    path there. Raises `OSError`, and `TraindxError` where two pictures would have one place.
    """
    names = _outside_names(dataset)
    links = _links(dataset, plan, names)
    for place, source in links.items():
        if Path(source).is_file():
            (into / place).parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(Path(source), into / place)
    pictures = {str(path) for path in dataset.images.path}
    for path, file in _others(Path(dataset.root), pictures | set(links)):
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        upward = {name: new for name, new in names.get(path, {}).items() if _upward(name)}
        if path in plan.files or upward:
            data = file.read_bytes()
            data = new_content(path, data, plan.files[path]) if path in plan.files else data
            (into / path).write_bytes(renamed_json(data, upward) if upward else data)
        elif file.stat().st_size <= COPIED_UP_TO or file.suffix in (".json", ".xml"):
            shutil.copyfile(file, into / path)


def _others(root: Path, pictures: set[str]) -> Iterator[tuple[str, Path]]:
    """Files below the root that are neither pictures of the set nor caches, with their path relative to it."""
    for folder, _, files in os.walk(root):
        for file in (Path(folder) / name for name in files):
            path = file.relative_to(root).as_posix()
            if path not in pictures and file.suffix != ".cache" and file.is_file():
                yield path, file


def _links(dataset: Dataset, plan: Plan, names: Names) -> dict[str, str]:
    """Where in the copy each picture goes that is linked, and where it lies."""
    links: dict[str, str] = {}
    left_out = {str(dataset.images.path[i]) for i in plan.left_out}
    for path in map(str, dataset.images.path):
        inside = not Path(path).is_absolute()
        if path not in left_out and (inside or dataset.format != "coco"):
            _claim(links, path if inside else f"images/{Path(path).name}", dataset.absolute(path))
    splits = dict(zip(map(str, dataset.images.path), map(str, dataset.images.split), strict=True))
    for named in names.values():
        for name, path in named.items():
            if path not in left_out and not Path(name).is_absolute() and not _upward(name):
                _claim(links, f"images/{splits[path]}/{posixpath.normpath(name)}", path)
    return links


def _claim(links: dict[str, str], place: str, source: str) -> None:
    if links.setdefault(place, source) != source:
        raise TraindxError(
            f"{links[place]} and {source} would both be {place} in the copy",
            "they have one name and one lies outside of the dataset's root",
            "give them different names, or use --in-place",
        )


def _outside_names(dataset: Dataset) -> Names:
    """The names in jsons of pictures that lie outside of the root."""
    if dataset.format != "coco":
        return {}
    pictures: defaultdict[str, list[str]] = defaultdict(list)
    for file, path in zip(map(str, dataset.images.label_path), map(str, dataset.images.path), strict=True):
        pictures[file].append(path)
    found = {}
    for file, paths in pictures.items():
        if any(Path(path).is_absolute() for path in paths):
            values = (value for _, value in open_json(Path(file)).elements("images") if isinstance(value, dict))
            written = [name for value in values if isinstance(name := value.get("file_name"), str)]
            named = _in_order(file, written, paths)
            found[Path(file).relative_to(dataset.root).as_posix()] = {
                name: path for name, path in named.items() if Path(path).is_absolute()
            }
    return found


def _in_order(file: str, names: Sequence[str], paths: Sequence[str]) -> dict[str, str]:
    """The pictures by name: they are in the order of their first entries, and keep the last part of their names."""
    found: dict[str, str] = {}
    left = list(reversed(paths))
    for name in names:
        if name not in found and left and Path(left[-1]).name == posixpath.basename(posixpath.normpath(name)):
            found[name] = left.pop()
    if left:
        raise TraindxError(f"{file} names {left[-1]} in more than one way", "", "use --in-place")
    return found


def _upward(name: str) -> bool:
    return posixpath.normpath(name).startswith("../")
