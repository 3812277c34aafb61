"""Compares cached labels of Ultralytics and YOLOv5 (labels/train.cache) with the label files of today.

Ultralytics 8.4 uses a cache whose hash of paths, sizes and modification times fits; YOLOv5 and older Ultralytics one whose
hash of paths and of the sum of sizes fits, so that a class id changed from 0 to 1 goes unnoticed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from traindx.core.dataset import Floats, Oddity
from traindx.core.pickled import Made, array_in, plain_values
from traindx.errors import TraindxError
from traindx.scan.label_files import LabelFiles
from traindx.scan.listing import Entries, folder_of

MAX_BYTES = 8_000_000
"""Larger caches are not read, to bound the time: a set of some ten thousand pictures has one of this size. A guess."""

MAGIC = b"\x93NUMPY"


@dataclass(frozen=True)
class Cached:
    """What a label cache holds: rows (class id, x, y, w, h) per picture, by the absolute path of then, and its hash.

    `dropped` is how many pictures the trainer left out as faulty.
    """

    rows: Mapping[str, Floats]
    hash: str
    dropped: int = 0


def label_caches(
    root: str, entries: Entries, folders: Iterable[str], files: LabelFiles, classes: int
) -> tuple[Oddity, ...]:
    """Oddities of the label caches. `folders` are those of the labels, `files` what is in these.

    `classes` is how many classes the settings name.
    """
    places = _candidates(folders)
    if not places:
        return ()
    rows = _plain_rows(files)
    now = {_key(path): rows.get(label) for path, label in zip(entries.picture, entries.label, strict=True)}
    splits: dict[str, list[tuple[str, str]]] = {}
    for split, *paths in zip(entries.split, entries.picture, entries.label, strict=True):
        splits.setdefault(split, []).append((paths[0], paths[1]))
    found: list[Oddity] = []
    for path in places:
        cached = read_cache(path)
        if cached is not None and (changed := _changed(cached, now, entries.picture)):
            used = any(_is_used(cached, chosen, classes) for chosen in splits.values())
            found.append(Oddity(os.path.relpath(path, root), "stale-cache" if used else "outdated-cache", changed))
    return tuple(found)


def _candidates(folders: Iterable[str]) -> list[Path]:
    """Where trainers keep the cache of a split: beside the first label's folder, under its name."""
    places = {Path(folder).with_suffix(".cache") for folder in folders} | {Path(f) / "labels.cache" for f in folders}
    return sorted(place for place in places if place.is_file())


def _plain_rows(files: LabelFiles) -> dict[str, Floats]:
    """The rows of label files that hold plain boxes alone; none for files that are empty or not there."""
    parsed = files.parsed
    ends = np.cumsum(np.bincount(parsed.file, minlength=len(files.paths)))
    odd = {row.file for row in parsed.odd}
    parts = np.split(parsed.values, ends[:-1]) if len(ends) else []
    return {path: rows for i, (path, rows) in enumerate(zip(files.paths, parts, strict=True)) if i not in odd}


def read_cache(path: Path) -> Cached | None:
    """The cache at `path`; None if it is none, damaged or too large. Nothing in it is executed."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        data = path.read_bytes()
        values = plain_values(data[data.index(b"\n") + 1 :] if data.startswith(MAGIC) else data)
    except (OSError, ValueError, TraindxError):
        return None
    if isinstance(values, Made) and isinstance(values.state, tuple) and isinstance(values.state[-1], list):
        values = values.state[-1][0] if values.state[-1] else None
    if not isinstance(values, dict) or not isinstance(values.get("hash"), str):
        return None
    found = values.get("labels")
    rows = _of_ultralytics(found) if isinstance(found, list) else _of_yolov5(values)
    results = values.get("results")  # found, missing, empty, corrupt, total
    dropped = results[3] if isinstance(results, (tuple, list)) and len(results) == 5 else 0
    return Cached(rows, values["hash"], dropped if isinstance(dropped, int) else 0)


def _of_ultralytics(found: list[Any]) -> dict[str, Floats]:
    rows = {}
    for entry in found:
        if isinstance(entry, dict) and isinstance(entry.get("im_file"), str):
            ids, boxes = array_in(entry.get("cls")), array_in(entry.get("bboxes"))
            if ids is not None and boxes is not None and ids.ndim == boxes.ndim == 2 and len(ids) == len(boxes):
                rows[entry["im_file"]] = np.hstack([ids, boxes]).astype(float)
    return rows


def _of_yolov5(values: Mapping[Any, Any]) -> dict[str, Floats]:
    rows = {}
    for key, entry in values.items():
        if isinstance(key, str) and isinstance(entry, (list, tuple)) and entry:
            found = array_in(entry[0])
            if found is not None and found.ndim == 2:
                rows[key] = found.astype(float)
    return rows


def _changed(cached: Cached, now: Mapping[str, Floats | None], pictures: Sequence[str]) -> str:
    """What the cache says otherwise than the files, in words, or empty; pictures are matched by folder and name.

    Pictures that it lacks are those of the folders that it covers, unless the trainer left as many out as faulty.
    """
    then = {_key(picture): rows for picture, rows in cached.rows.items()}
    gone = sorted(key for key in then if key not in now)
    other = sorted(key for key in then if key in now and _differs(then[key], now[key]))
    folders = {key.rpartition("/")[0] for key in then}
    new = sorted(key for key in now if key.rpartition("/")[0] in folders and key not in then)
    parts = []
    if cached.rows and not cached.rows.keys() & set(pictures):
        parts.append(f"its pictures were in {folder_of(next(iter(cached.rows)))}")
    if len(new) > cached.dropped:
        parts.append(f"it lacks {len(new)} of the pictures of today, such as {new[0]}")
    if other:
        parts.append(f"the labels of {len(other)} of its {len(then)} pictures are others now, such as {other[0]}")
    if gone:
        parts.append(f"{len(gone)} pictures in it are in no split, such as {gone[0]}")
    return "; ".join(parts)


def _key(picture: str) -> str:
    """The last three parts of a path, as train/images/a.jpg."""
    return "/".join(picture.replace("\\", "/").split("/")[-3:])


def _differs(then: Floats, now: Floats | None) -> bool:
    """Whether two label files differ as float32; trainers drop rows that are there twice, and row order is no matter."""
    if now is None:
        return False
    a, b = (np.unique(rows.astype(np.float32), axis=0) for rows in (then, now))
    return a.shape != b.shape or not np.allclose(a, b, atol=2e-6)


def _is_used(cached: Cached, chosen: Sequence[tuple[str, str]], classes: int) -> bool:
    """Whether a trainer would take the cache for fresh, by either rule."""
    ordered = sorted(chosen)
    paths = [label for _, label in ordered] + [picture for picture, _ in ordered]
    settings = str((False, classes, None, False))
    return cached.hash in (_hash_of_sizes(paths), _hash_of_times([*paths, settings]))


def _hash_of_sizes(paths: Sequence[str]) -> str:
    """`get_hash` of YOLOv5 (utils/dataloaders.py) and of Ultralytics until 8.4."""
    total = sum(Path(path).stat().st_size for path in paths if Path(path).exists())
    return hashlib.sha256(str(total).encode() + "".join(paths).encode("utf-8", "surrogateescape")).hexdigest()


def _hash_of_times(paths: Sequence[str]) -> str:
    """`get_hash` of Ultralytics 8.4.190 (data/utils.py)."""
    made = hashlib.sha256()
    for path in paths:
        made.update(os.fsencode(path) + b"\0")
        try:
            status = Path(path).stat()
        except OSError:
            made.update(b"\0")
            continue
        made.update(f"{status.st_size}:{status.st_mtime_ns}".encode() + b"\0")
    return made.hexdigest()
