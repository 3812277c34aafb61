"""Names annotations of formats that are not read, by what stands in a file, so that a person knows what to export instead."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from traindx.scan.folder_items import files_in, folders_in
from traindx.scan.listing import PICTURE_SUFFIXES

READ = "traindx reads YOLO, COCO json, Pascal VOC and class folders"
EXPORT = "export it as COCO or YOLO from the tool that made it"

MAX_BYTES, HEAD = 1 << 23, 1 << 12
"""Largest json that is parsed for its name, and how much of another file is looked at."""

LOOKED_AT = 3
"""Files of a kind that are looked at."""

TABLES = (".csv", ".tsv", ".xlsx", ".parquet")
MASKS = frozenset({"mask", "masks", "segmentationclass", "label_masks", "gt"})


def foreign_in(folder: Path) -> tuple[str, str] | None:
    """What a folder, or one directly in it, holds in a format that is not read, and what to do about it; None if not known."""
    places = [folder, *folders_in(folder)[:20]]
    for suffix in (".json", ".xml"):
        for place in places:
            for file in files_in(place, suffix)[:LOOKED_AT]:
                if name := foreign_file(file):
                    return f"{file.relative_to(folder)} is {name}", EXPORT
    for place in places:
        if records := files_in(place, ".tfrecord", ".tfrecords", ".record"):
            return f"{records[0].relative_to(folder)} is a TFRecord", EXPORT
    masks = next((place.name for place in places[1:] if place.name.lower() in MASKS and _pictures(place)), None)
    if masks:
        return (
            f"{masks} holds pictures, masks by its name",
            "segmentation by masks is not examined; write a COCO json of them",
        )
    if table := next((file for place in places for file in files_in(place, *TABLES)), None):
        hint = "make class folders, YOLO rows or a COCO json of it"
        return f"{table.relative_to(folder)} is a table, which is not read", hint
    if (some := _pictures(folder)) or any(map(_pictures, places[1:])):
        where = folder if some else next(place for place in places[1:] if _pictures(place))
        names = "" if some else f" in {where.name}"
        return (
            f"there are pictures{names} and no labels beside them",
            "put them in a folder per class, or annotate them",
        )
    return None


def foreign_file(file: Path) -> str:
    """The name of the format of a json or xml that is not read, empty where it is not known."""
    try:
        if file.suffix.lower() == ".xml":
            head = file.open("rb").read(HEAD)
            return "an xml of CVAT for images" if b"<annotations" in head and b"<version>" in head else ""
        if file.stat().st_size > MAX_BYTES:
            return ""
        return _of_json(json.loads(file.read_bytes().decode("utf-8-sig")))
    except (OSError, ValueError, RecursionError):
        return ""


def _of_json(value: Any) -> str:
    """By the keys that each tool alone writes."""
    if isinstance(value, list):
        first = set(value[0]) if value and isinstance(value[0], dict) else set[str]()
        if {"data", "annotations"} <= first or {"data", "completions"} <= first:
            return "an export of Label Studio"
        return "a CreateML json" if {"image", "annotations"} <= first else ""
    keys = set(value) if isinstance(value, dict) else set[str]()
    if {"shapes", "imagePath"} <= keys:
        return "a json of LabelMe"
    entries = value.get("_via_img_metadata", value) if isinstance(value, dict) else {}
    entry = next(iter(entries.values()), None) if isinstance(entries, dict) else None
    if isinstance(entry, dict) and {"filename", "regions"} <= set(entry):
        return "a json of VIA"
    return "a json of Supervisely" if {"objects", "size", "tags"} <= keys else ""


def _pictures(folder: Path) -> bool:
    with os.scandir(folder) as items:
        return any(item.name.rpartition(".")[2].lower() in PICTURE_SUFFIXES for item in items)
