"""Reads the entries of one COCO json into columns: pictures, categories, boxes, and every entry that is no plain box."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from traindx.scan.coco_columns import CocoEntries, Key, key_of
from traindx.scan.coco_segmentation import FAR, outline_fault, polygon_area
from traindx.scan.entry_rows import Entry, shown
from traindx.scan.json_text import JsonText

FEWEST_CROWDS = 20
"""Annotations of a category from which on it is told that most are crowds. A guess."""
REGIONS = re.compile(r"ignor|crowd|group|don.?t.?care|occlu|unlabel|void", re.IGNORECASE)
"""What a category is called whose annotations are meant to be left out."""


def read_entries(text: JsonText, label_path: str) -> CocoEntries:
    """The entries of a json whose lists were found."""
    found = CocoEntries(label_path)
    for key in text.twice:
        found.say(text.lists[key].line, "malformed", f"the key `{key}` stands twice: readers take the last")
    for line, value in text.elements("categories"):
        _category(found, line, value)
    for line, value in text.elements("images"):
        _picture(found, line, value)
    twice = len(found.odd)
    _annotations(found, text)
    found.odd = _lost_ids(found.odd, twice)
    _same_names(found)
    _crowds(found)
    if any(isinstance(key, str) for key in found.pictures.at):
        line = text.lists["images"].line
        found.say(line, "text-ids", "ids of images are text: Ultralytics' convert_coco stops with ValueError")
    for line in text.recoded:
        found.say(line, "encoding", "bytes that are no UTF-8: json must be UTF-8")
    return found


def _category(found: CocoEntries, line: int, value: Any) -> None:
    key = key_of(value.get("id")) if isinstance(value, dict) else None
    if key is None:
        found.say(line, "malformed", "a category without a usable id", value)
        return
    name = value.get("name")
    if not isinstance(name, str):
        found.say(line, "malformed", f"category {key} has no name", value)
        name = f"category {key}"
    if key in found.categories:
        said = f"category id {shown(key)} stands twice: {found.categories[key]!r} and {shown(name)!r}"
        found.say(line, "duplicate-category", said)
        return
    found.categories[key] = shown(name)
    found.category_lines[key] = line
    if isinstance(group := value.get("supercategory"), str):
        found.supercategories[key] = group


def _lost_ids(odd: list[Entry], before: int) -> list[Entry]:
    """The entries, those of images that are not listed as the other side of image ids that stand twice, if no more are lost.

    The first `before` entries are those of images and categories.
    """
    twice = [entry for entry in odd[:before] if entry.kind == "duplicate-id"]
    lost = {entry.text for entry in odd if entry.kind == "unknown-image"}
    if not 0 < len(lost) <= len(twice):
        return odd
    because = f" ({twice[0].reason})"
    return [e._replace(kind="duplicate-id", reason=e.reason + because) if e.kind == "unknown-image" else e for e in odd]


def _same_names(found: CocoEntries) -> None:
    """Categories of one name, unless one of them is an unused group of the others (Roboflow's category 0), or they are of
    different groups: the bat that flies, and the other one."""
    used, groups = set(found.boxes.category), set(found.supercategories.values())
    first: dict[str, Key] = {}
    for key, name in found.categories.items():
        other = first.setdefault(name, key)
        group = name in groups and not {key, other} <= used
        apart = len({found.supercategories.get(key, ""), found.supercategories.get(other, ""), ""}) == 3
        if other != key and not group and not apart:
            said = f"categories {shown(other)} and {shown(key)} are both called {name!r}"
            found.say(found.category_lines[key], "duplicate-category", said)


def _crowds(found: CocoEntries) -> None:
    """Categories most of whose annotations are crowds: an annotation of many objects at once is the exception."""
    boxes = Counter(found.boxes.category)
    for key, (number, line) in found.crowds.items():
        if number >= FEWEST_CROWDS and number > boxes[key] and not REGIONS.search(found.categories.get(key, "")):
            of = f"{number:,} of {number + boxes[key]:,} annotations of category {shown(key)}"
            said = f"{of} ({found.categories.get(key, 'not listed')}) have iscrowd 1: trainings and evaluations leave them out"
            found.say(line, "crowds", said)


def _picture(found: CocoEntries, line: int, value: Any) -> None:
    pictures = found.pictures
    key = key_of(value.get("id")) if isinstance(value, dict) else None
    if key is None:
        found.say(line, "malformed", "an entry of images without a usable id", value)
        return
    name = value.get("file_name")
    if not isinstance(name, str) or not name.strip("/\\ ") or "\x00" in name:
        found.say(line, "malformed", f"image {shown(key)} has no usable file_name", value)
        return
    at = len(pictures.name)
    if key in pictures.at:
        other = shown(pictures.name[pictures.at[key]])
        found.say(line, "duplicate-id", f"image id {shown(key)} stands twice: {other} and {shown(name)}", "", at)
    pictures.at[key] = at
    pictures.name.append(name)
    pictures.line.append(line)
    for side, column in (("width", pictures.width), ("height", pictures.height)):
        column.append(_side(found, value, side, at, line, key))


def _side(found: CocoEntries, value: Mapping[str, Any], side: str, picture: int, line: int, key: Key) -> int:
    """A recorded width or height, 0 where it is none; one that is there and unusable is said."""
    if side not in value:
        found.say(line, "no-size", f"image {shown(key)} records no {side}", "", picture)
        return 0
    written = value[side]
    number = isinstance(written, (int, float)) and not isinstance(written, bool)
    if number and 0 < written < 1 << 31 and written == int(written):
        return int(written)
    if number:
        found.say(line, "recorded-size", f"{side} of image {shown(key)} is {written}, should be above 0", "", picture)
    else:
        found.say(line, "malformed", f"{side} of image {shown(key)} is no number: {shown(written)!r}", "", picture)
    return 0


def _annotations(found: CocoEntries, text: JsonText) -> None:
    seen: dict[Key, int] = {}
    other_type = {str(key) if isinstance(key, int) else _whole(key): at for key, at in found.pictures.at.items()}
    for line, value in text.elements("annotations"):
        found.annotations += 1
        if not isinstance(value, dict):
            found.say(line, "malformed", "an annotation is no object", value)
            continue
        own = key_of(value.get("id"))
        picture = _picture_of(found, value.get("image_id"), line, own, other_type)
        if own is None:
            found.say(line, "malformed", f"an annotation has no usable id: {shown(value.get('id'))}", "", picture)
        elif own in seen:
            found.say(line, "duplicate-id", f"{_called(own)} stands twice, first in line {seen[own]}", "", picture)
        else:
            seen[own] = line
        if picture >= 0:
            found.annotated.add(picture)
            _annotation(found, value, picture, line, own)


def _called(own: Key | None) -> str:
    return f"annotation {shown(own)}" if own is not None else "annotation without id"


def _whole(key: str) -> Key | None:
    return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else None


def _picture_of(
    found: CocoEntries, written: Any, line: int, own: Key | None, other_type: Mapping[Key | None, int]
) -> int:
    key = key_of(written)
    at = found.pictures.at.get(key) if key is not None else None
    if at is not None:
        return at
    if key is None:
        found.say(line, "malformed", f"{_called(own)} has no usable image_id: {shown(written)}")
    elif (at := other_type.get(key)) is not None:
        said = f"image_id {shown(repr(written))} is the id of its image as another type"
        found.say(line, "malformed", f"{_called(own)}: {said}", "", at)
        return at
    else:
        said = f"{_called(own)} belongs to image {shown(key)}, which `images` does not list"
        found.say(line, "unknown-image", said, shown(key))
    return -1


def _annotation(found: CocoEntries, value: dict[str, Any], picture: int, line: int, own: Key | None) -> None:
    category, outline = key_of(value.get("category_id")), value.get("segmentation")
    if category is None:
        said = f"{_called(own)} has no usable category_id: {shown(value.get('category_id'))}"
        found.say(line, "malformed", said, "", picture)
    box, reason = value.get("bbox"), _box_fault(value)
    fault = None
    if outline:
        size = (found.pictures.width[picture], found.pictures.height[picture])
        fault = outline_fault(outline, box if reason is None else None, size)
    if fault is not None:
        found.say(line, fault[0], f"{_called(own)}: {fault[1]}", "", picture)
    if reason is not None:
        found.say(line, "bad-box", f"{_called(own)}: {reason}", "", picture)
    elif category is not None and value.get("iscrowd") == 1:
        number, first = found.crowds.get(category, (0, line))
        found.crowds[category] = (number + 1, first)
    elif category is not None:
        boxes, area = found.boxes, value.get("area")
        boxes.picture.append(picture)
        boxes.line.append(line)
        boxes.id.append(own if isinstance(own, int) and 0 <= own < 1 << 63 else -1)
        boxes.category.append(category)
        boxes.values.extend(box)  # type: ignore[arg-type]
        boxes.area.append(area if isinstance(area, (int, float)) and abs(area) < FAR * FAR else float("nan"))
        sound = isinstance(outline, list) and outline and fault is None
        boxes.outline.append(polygon_area(outline) if sound else float("nan"))  # type: ignore[arg-type]


def _box_fault(value: Mapping[str, Any]) -> str | None:
    """Why a bbox is not four numbers, or None. Whether the numbers make sense is for the checks."""
    if "bbox" not in value:
        return "no bbox"
    box = value["bbox"]
    if not isinstance(box, list):
        return f"bbox is {shown(box)}, should be a list of 4 numbers: x, y, width, height"
    if len(box) != 4:
        return f"bbox has {len(box)} numbers, should be 4: x, y, width, height"
    for number in box:
        if type(number) is not float and type(number) is not int:
            return f"bbox holds {shown(number)!r} as {type(number).__name__}, should be 4 numbers"
        if type(number) is int and abs(number) > 1 << 53:
            return "bbox holds a number beyond any picture"
    return None
