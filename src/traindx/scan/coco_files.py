"""Finds the COCO jsons of a folder, one per split, and tells them from other json."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from traindx.scan.folder_items import files_in, folders_in

SPLIT_WORDS = {
    "train": "train",
    "training": "train",
    "trainval": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "minival": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
"""Words in the name of a file or folder that say its split; figures after them do not count (train2017)."""

FOLDERS = ("annotations", "annotation", "labels", "ann", "anns", "json", "jsons", "coco", "images", *SPLIT_WORDS)
"""Folders whose jsons are looked at, in any case. Other folders are only asked for `NAMES`."""

NAMES = (
    "_annotations.coco.json",
    "annotations.json",
    "coco.json",
    "instances.json",
    "labels.json",
    "instances_default.json",
)

_HEAD, _TAIL = 1 << 20, 1 << 16
_KEYS = re.compile(rb'"(images|annotations|categories)"\s*:\s*\[')
_WORDS = re.compile(r"[A-Za-z]+")


def find_jsons(folder: Path) -> list[Path]:
    """The COCO jsons of the dataset in a folder, sorted; of several kinds (instances, keypoints, captions) the instances."""
    found = [file for file in _candidates(folder) if is_coco(file)]
    instances = [file for file in found if file.name.lower().startswith("instances")]
    return instances or found


def is_coco(file: Path) -> bool:
    """Whether two of the lists images, annotations and categories begin near the start or the end of a json file."""
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
            opened.seek(max(0, file.stat().st_size - _TAIL))
            keys = set(_KEYS.findall(head)) | set(_KEYS.findall(opened.read(_TAIL)))
    except OSError:
        return False
    return len(keys) >= 2 or (b"annotations" in keys and b'"image_id"' in head)


def split_of(file: Path) -> str:
    """train, val or test by the words in the json's name, then by its folder's name; empty if neither says."""
    return split_named(file.stem) or SPLIT_WORDS.get(file.parent.name.lower().rstrip("0123456789"), "")


def split_named(name: str) -> str:
    """train, val or test by the last word in a name that says one, or empty."""
    words = [word.lower() for word in _WORDS.findall(name)]
    return next((SPLIT_WORDS[word] for word in reversed(words) if word in SPLIT_WORDS), "")


def splits_of(files: Sequence[Path]) -> list[str]:
    """The split of each json: one whose name says none is train."""
    return [split_of(file) or "train" for file in files]


def root_of(file: Path) -> Path:
    """The dataset's folder, given one json: above `annotations/`, and above the split folder of a Roboflow export."""
    here = file.parent
    inside = here.name.lower() in FOLDERS and here.name.lower() != "coco"
    return here.parent if inside else here


def _candidates(folder: Path) -> Iterator[Path]:
    yield from _jsons(folder)
    for child in folders_in(folder):
        if child.name.startswith("."):
            continue
        if child.name.lower() in FOLDERS or split_named(child.name):
            yield from _jsons(child)
            inner = next((c for name in ("annotations", "Annotations", "labels") if (c := child / name).is_dir()), None)
            yield from _jsons(inner) if inner is not None else ()
        else:
            yield from (file for name in NAMES if (file := child / name).is_file())


def _jsons(folder: Path) -> list[Path]:
    return files_in(folder, ".json")
