"""What one COCO json holds, as columns: pictures, categories, boxes, and the entries that are no plain box."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from traindx.scan.entry_rows import Entry, shown

Key: TypeAlias = int | str
"""An id as written; one that is a whole float counts as the integer that it equals."""


@dataclass
class PictureEntries:
    """The entries of `images`, as columns; `at` is the picture of each id. A size is 0 where none is recorded."""

    name: list[str] = field(default_factory=list)
    line: array[int] = field(default_factory=lambda: array("q"))
    width: array[int] = field(default_factory=lambda: array("q"))
    height: array[int] = field(default_factory=lambda: array("q"))
    at: dict[Key, int] = field(default_factory=dict)


@dataclass
class BoxEntries:
    """Annotations that hold a box: upper left corner and size in pixels as written, category as written."""

    picture: array[int] = field(default_factory=lambda: array("q"))
    line: array[int] = field(default_factory=lambda: array("q"))
    id: array[int] = field(default_factory=lambda: array("q"))
    category: list[Key] = field(default_factory=list)
    values: array[float] = field(default_factory=lambda: array("d"))
    area: array[float] = field(default_factory=lambda: array("d"))
    outline: array[float] = field(default_factory=lambda: array("d"))


@dataclass
class CocoEntries:
    """One json: its pictures, categories (id to name), boxes, and entries that are none (`odd`).

    `annotated` are the pictures that an annotation names, also where its box is not usable. `crowds` are the annotations of
    each category that are marked as crowds, which readers leave out, and the line of the first.
    """

    label_path: str
    pictures: PictureEntries = field(default_factory=PictureEntries)
    categories: dict[Key, str] = field(default_factory=dict)
    category_lines: dict[Key, int] = field(default_factory=dict)
    supercategories: dict[Key, str] = field(default_factory=dict)
    boxes: BoxEntries = field(default_factory=BoxEntries)
    odd: list[Entry] = field(default_factory=list)
    annotated: set[int] = field(default_factory=set)
    crowds: dict[Key, tuple[int, int]] = field(default_factory=dict)
    annotations: int = 0

    def say(self, line: int, kind: str, reason: str, text: object = "", picture: int = -1) -> None:
        """Note an entry that is not plainly a box."""
        self.odd.append(Entry(self.label_path, line, kind, reason, shown(text) if text != "" else "", picture))


def key_of(value: Any) -> Key | None:
    """An id as a key, or None for what can be none: null, truth values, fractions, lists."""
    if type(value) is int or (type(value) is str and value):
        return value
    return int(value) if type(value) is float and value.is_integer() else None
