"""Reads COCO datasets: one json per split, its pictures, categories numbered from 0, boxes as shares of their picture."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from traindx.core.dataset import Boxes, Dataset, Floats, Images, Ints, Pictures, Split
from traindx.errors import TraindxError
from traindx.scan.coco_areas import doubtful_areas
from traindx.scan.coco_categories import class_ids, class_names
from traindx.scan.coco_columns import CocoEntries
from traindx.scan.coco_entries import read_entries
from traindx.scan.coco_files import splits_of
from traindx.scan.coco_pictures import Located, locate
from traindx.scan.entry_rows import Entry, rows_of, shown
from traindx.scan.json_text import JsonText
from traindx.scan.pictures import images_of, objects
from traindx.scan.pixel_boxes import frames, missing_pictures, recorded_sizes, shares

Measure = Callable[[Sequence[str]], Pictures]

SPLITS = ("train", "val", "test")
LABEL_RULE = "annotations of the json whose image_id is the picture's id"


@dataclass(frozen=True)
class _File:
    """One json with its split; `image` is the picture of each entry of `images` (two that name one file share it)."""

    file: Path
    split: str
    entries: CocoEntries
    located: Located
    image: Ints
    paths: list[str]


def read_coco(root: Path, files: Sequence[Path], pictures: str | None, measure: Measure) -> Dataset:
    """The dataset of the jsons, which lie below `root`; `pictures` is the folder of their pictures, where it was given.

    Raises `TraindxError` for a json that is broken or no COCO dataset.
    """
    order = sorted(zip(splits_of(files), files, strict=True), key=lambda item: (SPLITS.index(item[0]), item[1]))
    read = [_read(file, split, root, pictures) for split, file in order]
    names, number = class_names([part.entries for part in read])
    images = _images(str(root), read, measure)
    boxes, odd = _boxes(read, images, number, len(names))
    return Dataset(
        root=str(root),
        source=str(read[0].file),
        format="coco",
        task="detect",
        names=names,
        splits=_splits(read),
        images=images,
        boxes=boxes,
        rows=rows_of(odd),
        class_maps=_class_maps(read),
        settings={
            "supercategories": sorted({group for part in read for group in part.entries.supercategories.values()})
        },
    )


def _read(file: Path, split: str, root: Path, pictures: str | None) -> _File:
    entries = read_entries(open_json(file), _relative(str(root), str(file)))
    located = locate(entries.pictures.name, file, root, split, pictures)
    first: dict[str, int] = {}
    for n, path in enumerate(located.paths):
        if path in first:
            name, line = shown(entries.pictures.name[n]), entries.pictures.line[n]
            entries.say(line, "duplicate-file", f"file {name} stands twice in images", "", n)
        else:
            first[path] = len(first)
    image = np.array([first[path] for path in located.paths], dtype=np.int64)
    return _File(file, split, entries, located, image, list(first))


def open_json(file: Path) -> JsonText:
    """The text of a json that holds a COCO dataset. Raises `TraindxError` for any other."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise TraindxError(f"{file} cannot be read: {error.strerror or error}") from error
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise TraindxError(f"{file} is UTF-16", "json must be UTF-8", "save it as UTF-8")
    if start.startswith(b"["):
        results = b'"score"' in data[:65536] and b'"image_id"' in data[:65536]
        kind = "a list of predictions (COCO results)" if results else "a list"
        hint = "give the json of the annotations that they are predictions for" if results else ""
        raise TraindxError(
            f"{file} holds {kind}, no dataset", "a dataset is an object with images and annotations", hint
        )
    if not start.startswith(b"{"):
        held = "is empty" if not data.strip() else "is no json object"
        raise TraindxError(f"{file} {held}", "a COCO dataset is an object with images, annotations and categories")
    text = JsonText(file, data.removeprefix(b"\xef\xbb\xbf"))
    if "images" not in text.lists:
        keys = ", ".join([*text.lists, *text.rest][:8]) if isinstance(text.rest, dict) else ""
        raise TraindxError(
            f"{file} is no COCO dataset: it has no list `images`", f"its keys are {keys[:200] or 'none'}"
        )
    return text


def _images(root: str, read: Sequence[_File], measure: Measure) -> Images:
    paths = [path for part in read for path in part.paths]
    unique = list(dict.fromkeys(paths))
    at = {path: i for i, path in enumerate(unique)}
    measured = measure(unique).take(np.array([at[path] for path in paths], dtype=np.int64))
    states = [state for part in read for state in _states(part)]
    recorded = [_recorded(part) for part in read]
    return images_of(
        measured,
        path=objects([_relative(root, path) for path in paths]),
        split=objects([part.split for part in read for _ in part.paths]),
        label_path=objects([str(part.file) for part in read for _ in part.paths]),
        label_state=objects(states),
        recorded_width=np.concatenate([width for width, _ in recorded]),
        recorded_height=np.concatenate([height for _, height in recorded]),
    )


def _states(part: _File) -> list[str]:
    """A json without a single annotation has lost its labels, unless it is that of a test split."""
    annotated = {int(part.image[entry]) for entry in part.entries.annotated}
    other = "background" if part.entries.annotations else "missing"
    return ["labelled" if n in annotated else other for n in range(len(part.paths))]


def _recorded(part: _File) -> tuple[Ints, Ints]:
    sides = np.zeros((2, len(part.paths)), dtype=np.int64)
    for row, column in zip(sides, (part.entries.pictures.width, part.entries.pictures.height), strict=True):
        row[part.image] = np.array(column, dtype=np.int64)
    return sides[0], sides[1]


def _boxes(
    read: Sequence[_File], images: Images, number: Mapping[object, int], classes: int
) -> tuple[Boxes, list[Entry]]:
    """The boxes of all jsons, and the entries that are none; a box of an unknown category is among the latter."""
    parts: list[Boxes] = []
    odd: list[Entry] = []
    first = 0
    for part in read:
        entries = part.entries
        ids, unknown = class_ids(entries, number, classes)
        entries.odd += [*unknown, *doubtful_areas(entries)]
        image = part.image[np.array(entries.boxes.picture, dtype=np.int64)] + first
        at = part.image + first
        odd += [e._replace(picture=int(at[e.picture])) if e.picture >= 0 else e for e in entries.odd]
        odd += missing_pictures(images, np.arange(first, first + len(part.paths)), _lines(part), entries.label_path)
        odd += recorded_sizes(images, np.arange(first, first + len(part.paths)), _lines(part), entries.label_path)
        known = np.flatnonzero(np.isfinite(ids))
        values = np.array(entries.boxes.values, dtype=np.float64).reshape(-1, 4)[known]
        parts.append(_columns(entries, images, image[known], ids[known], values, known))
        first += len(part.paths)
    merged = {name: np.concatenate([getattr(b, name) for b in parts]) for name in Boxes.__dataclass_fields__}
    return Boxes(**merged), odd


def _lines(part: _File) -> Ints:
    lines = np.zeros(len(part.paths), dtype=np.int64)
    lines[part.image[::-1]] = np.array(part.entries.pictures.line, dtype=np.int64)[::-1]
    return lines


def _columns(entries: CocoEntries, images: Images, image: Ints, ids: Floats, values: Floats, known: Ints) -> Boxes:
    x, y, w, h = values.T
    with np.errstate(invalid="ignore", over="ignore"):
        right, lower = x + w, y + h
    columns = shares(frames(images, image, right, lower), x, y, right, lower)
    path = np.full(len(image), entries.label_path, dtype=object)
    line, own = (np.array(column, dtype=np.int64)[known] for column in (entries.boxes.line, entries.boxes.id))
    return Boxes(image=image, label_path=path, line=line, class_id=ids, id=own, **columns)


def _splits(read: Sequence[_File]) -> tuple[Split, ...]:
    splits = []
    for name in dict.fromkeys(part.split for part in read):
        own = [part for part in read if part.split == name]
        problems = [part.located.problem or ("" if part.paths else "its list `images` is empty") for part in own]
        splits.append(
            Split(
                name=name,
                written=", ".join(part.entries.label_path for part in own),
                resolved=", ".join(dict.fromkeys(part.located.folder for part in own)),
                looked_in=", ".join(str(part.file) for part in own),
                label_rule=LABEL_RULE,
                problem="; ".join(p for p in problems if p) or None,
            )
        )
    return tuple(splits)


def _class_maps(read: Sequence[_File]) -> dict[str, dict[int, str]]:
    return {
        part.entries.label_path: {k: v for k, v in part.entries.categories.items() if isinstance(k, int)}
        for part in read
    }


def _relative(root: str, path: str) -> str:
    return path[len(root) + 1 :] if path.startswith(root.rstrip(os.sep) + os.sep) else path
