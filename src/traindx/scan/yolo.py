"""Reads YOLO datasets: splits to pictures, pictures to label files, label files to boxes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from traindx.core.dataset import NOT_THERE, Boxes, Dataset, Images, Ints, Oddity, Pictures, Rows, Split, Strings
from traindx.scan.caches import label_caches
from traindx.scan.classmaps import find_class_maps
from traindx.scan.folders import Folders
from traindx.scan.label_files import LabelFiles, read_label_files
from traindx.scan.listing import Entries, entries_of, folder_of, label_path, lines_of_lists, list_split
from traindx.scan.nearby import find_elsewhere
from traindx.scan.orphans import find_orphans
from traindx.scan.picture_caches import picture_caches
from traindx.scan.pictures import images_of, objects
from traindx.scan.settings import SPLIT_KEYS, Settings, trainer_root
from traindx.scan.settings_lines import KeyLines, key_lines
from traindx.scan.skipped import skipped_pictures

Measure = Callable[[Sequence[str]], Pictures]


def read_yolo(settings: Settings, measure: Measure) -> Dataset:
    """The dataset that the settings describe; `measure` looks at the pictures."""
    written = key_lines(settings.file)
    splits: list[Split] = []
    listed, found = Folders(), []
    for key in SPLIT_KEYS:
        split, pictures = list_split(key, settings, listed)
        if split is not None:
            splits.append(split)
            found.append((key, pictures))
    entries = entries_of(found)
    root = str(settings.root if entries else settings.file.parent)  # a wrong root gives no picture
    label_paths, label_of_entry = _once(entries.label)
    files = read_label_files(label_paths, _keypoint_fields(settings))
    picture_folders = sorted(set(entries.folder))
    distinct = len(label_paths) == len(entries)  # and so are the pictures that they follow from
    pictures, picture_of_entry = (entries.picture, label_of_entry) if distinct else _once(entries.picture)
    label_folders = {folder_of(label_path(f"{folder}{os.sep}x.jpg")) for folder in picture_folders}
    measured = measure(pictures)
    copies = picture_caches(root, pictures, measured, picture_folders, listed)
    beside: dict[str, Any] = {
        "orphans": find_orphans(root, entries, files, listed),
        "labels_elsewhere": find_elsewhere(root, files.paths, files.states),
        "class_maps": {settings.file_name: settings.names, **find_class_maps(root, label_folders, listed)},
        "oddities": (
            *_oddities(root, settings, written, picture_folders, listed),
            *label_caches(root, entries, label_folders, files, len(settings.names)),
            *copies,
            *_missing(root, settings, pictures, measured.damage),
        ),
    }
    if len(pictures) < len(entries):
        measured = measured.take(picture_of_entry)
    images = _images(root, entries, files, label_of_entry, measured)
    del entries, found, listed, pictures  # of a million pictures, memory that the boxes need
    return Dataset(
        root=root,
        source=str(settings.file),
        format="yolo",
        task="detect",
        names=settings.names,
        splits=tuple(splits),
        images=images,
        boxes=_boxes(root, files, label_of_entry),
        rows=_rows(root, files, label_of_entry),
        settings=settings.values,
        settings_lines=written.line,
        **beside,
    )


def _oddities(
    root: str, settings: Settings, written: KeyLines, folders: list[str], listed: Folders
) -> tuple[Oddity, ...]:
    twice = (Oddity(settings.file_name, "yaml", text, line=line) for line, text in written.twice)
    elsewhere = trainer_root(settings)
    said = f"`path: {settings.values.get('path')}` is {elsewhere} for Ultralytics, where no split is"
    lost = () if elsewhere is None else (Oddity(settings.file_name, "trainer-root", said),)
    return (*twice, *lost, *skipped_pictures(root, folders, listed, loader="ultralytics"))


def _missing(root: str, settings: Settings, pictures: list[str], damage: Strings) -> list[Oddity]:
    """Where a list names pictures that are not there."""
    gone = {pictures[i] for i in np.flatnonzero(damage != "").tolist() if damage[i].startswith(NOT_THERE)}
    lines = lines_of_lists(settings, gone)
    named = zip(_relative(root, list(lines)), lines.values(), strict=True)
    return [Oddity(_relative(root, [place])[0], "listed", picture, line=line) for picture, (place, line) in named]


def _keypoint_fields(settings: Settings) -> int:
    shape = settings.values.get("kpt_shape")
    if isinstance(shape, list) and len(shape) == 2 and all(isinstance(n, int) and n > 0 for n in shape):
        return int(shape[0] * shape[1])
    return 0


def _once(paths: list[str]) -> tuple[list[str], Ints]:
    """The different ones among paths, and for each path which of them it is."""
    if len(set(paths)) == len(paths):
        return paths, np.arange(len(paths))
    different = list(dict.fromkeys(paths))
    at = {path: i for i, path in enumerate(different)}
    return different, np.fromiter((at[path] for path in paths), dtype=np.int64, count=len(paths))


def _relative(root: str, paths: Sequence[str]) -> list[str]:
    start = root + os.sep
    return [path.removeprefix(start) for path in paths]


def _images(root: str, entries: Entries, files: LabelFiles, label_of_entry: Ints, measured: Pictures) -> Images:
    return images_of(
        measured,
        path=objects(_relative(root, entries.picture)),
        split=objects(entries.split),
        label_path=objects(entries.label),
        label_state=objects(files.states)[label_of_entry],
    )


def _boxes(root: str, files: LabelFiles, label_of_entry: Ints) -> Boxes:
    """Every picture gets the rows of its label file, also where two pictures share one."""
    parsed = files.parsed
    counts = np.bincount(parsed.file, minlength=len(files.paths))
    relative = objects(_relative(root, files.paths))
    image, file, line, values = parsed.file, parsed.file, parsed.line, parsed.values
    if len(label_of_entry) > len(counts):
        per_entry = counts[label_of_entry]
        image = np.repeat(np.arange(len(label_of_entry)), per_entry)
        offset = np.arange(len(image)) - np.repeat(np.cumsum(per_entry) - per_entry, per_entry)
        file = label_of_entry[image]
        row = (np.cumsum(counts) - counts)[file] + offset
        line, values = line[row], values[row]
    return Boxes(
        image=image,
        label_path=np.repeat(relative, counts) if file is image else relative[file],
        line=line,
        id=np.broadcast_to(np.int64(-1), len(line)),
        **{name: np.ascontiguousarray(values[:, i]) for i, name in enumerate(("class_id", "x", "y", "w", "h"))},
    )


def _rows(root: str, files: LabelFiles, label_of_entry: Ints) -> Rows:
    odd = files.parsed.odd
    image_of_label = {int(label): i for i, label in reversed(list(enumerate(label_of_entry)))} if odd else {}
    return Rows(
        label_path=objects(_relative(root, [files.paths[row.file] for row in odd])),
        line=np.array([row.line for row in odd], dtype=np.int64),
        text=objects([row.text for row in odd]),
        reason=objects([row.reason for row in odd]),
        kind=objects([row.kind for row in odd]),
        image=np.array([image_of_label[row.file] for row in odd], dtype=np.int64),
    )
