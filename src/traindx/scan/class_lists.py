"""YOLO sets without a yaml: a list of classes beside pictures and rows, as Darknet, CVAT, LabelImg and Label Studio write them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from traindx.scan.classmaps import LISTS, NOTES, read_class_map
from traindx.scan.folder_items import files_in
from traindx.scan.listing import PICTURE_SUFFIXES, label_path
from traindx.scan.settings import Settings

SPLITS = {"train": ("train",), "val": ("valid", "val", "validation"), "test": ("test",)}
"""The keys of a yaml, and what Darknet's files and exports call these splits."""

LOOKED_AT = 200
"""Pictures whose label files are looked for, to tell whether the set is one of rows."""

RULE = "there is no yaml: paths are relative to the folder"


def settings_of_class_list(folder: Path, started: Path) -> Settings | None:
    """Settings of the set in a folder without a yaml, None if it is none: nowhere do rows belong to its pictures.

    Names are those of Darknet's `.data` file, of `classes.txt`, `obj.names`, `_darknet.labels` or `notes.json`, in the folder,
    its labels or its splits. Splits are those of the `.data` file, folders named after splits, else all is train.
    """
    written, file = _darknet(folder)
    lists = [folder / Path(written["names"]).name] if "names" in written else []
    within = (folder, folder / "labels", *(folder / name for names in SPLITS.values() for name in names))
    lists += [place / name for place in within for name in (*LISTS, NOTES)]
    found = next(((path, names) for path in lists if path.is_file() and (names := read_class_map(path))), None)
    if found is None:
        return None
    splits = _lists(folder, written) or _folders(folder)
    if not any(_has_rows(folder / place) for place in splits.values()):
        return None
    values: dict[str, object] = {**splits, "names": dict(found[1])}
    return Settings(file or found[0], values, found[1], folder, RULE, started, complete=False)


def _darknet(folder: Path) -> tuple[dict[str, str], Path | None]:
    """Keys and values of the folder's one `.data` file, and the file; nothing where there is none."""
    files = files_in(folder, ".data")
    if len(files) != 1 or files[0].stat().st_size > 1 << 16:
        return {}, None
    lines = (line.partition("=") for line in files[0].read_text(encoding="utf-8-sig", errors="replace").splitlines())
    written = {key.strip(): value.strip() for key, _, value in lines if value.strip()}
    return (written, files[0]) if "names" in written else ({}, None)


def _lists(folder: Path, written: Mapping[str, str]) -> dict[str, str]:
    """Per split the list of pictures that a `.data` file names, which lies in the folder whatever the path before it."""
    named = {key: Path(written[name]).name for key, names in SPLITS.items() for name in names if name in written}
    return {key: name for key, name in named.items() if (folder / name).is_file()}


def _folders(folder: Path) -> dict[str, str]:
    """Per split the folder of its pictures, in `images` or with `images` within; else one of all as train."""
    found = {}
    for key, names in SPLITS.items():
        places = (place for name in names for place in (f"images/{name}", f"{name}/images", name))
        if (place := next((place for place in places if (folder / place).is_dir()), None)) is not None:
            found[key] = place
    return found if "train" in found else {"train": "images" if (folder / "images").is_dir() else "."}


def _has_rows(place: Path) -> bool:
    """Whether one of the first pictures in a folder, or in that of a list of pictures, has a label file."""
    place = place.parent if place.is_file() else place
    return any(Path(label_path(picture)).is_file() for picture in islice(_pictures(place), LOOKED_AT))


def _pictures(folder: Path) -> Iterator[str]:
    for here, _, names in os.walk(folder):
        yield from (os.path.join(here, n) for n in names if n.rpartition(".")[2].lower() in PICTURE_SUFFIXES)  # noqa: PTH118
