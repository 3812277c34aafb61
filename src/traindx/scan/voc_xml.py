"""Parses one Pascal VOC xml: picture, size and objects with their lines; nothing that it declares is expanded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from traindx.core.number import number_of

CORNERS = ("xmin", "ymin", "xmax", "ymax")
OBJECT = ("annotation", "object")
TEXT = 10_000
"""Pieces of one element's text that are kept."""

DEEPEST = 50


@dataclass(frozen=True)
class VocObject:
    """An object: its class as written (None: no name) and corners in pixels, xmin ymin xmax ymax, as far as they are numbers.

    `fault` is kind and reason, as in `Rows`, of an object that is no box; `line` is that of its tag.
    """

    line: int
    name: str | None
    corners: tuple[float, float, float, float] | None
    fault: tuple[str, str] | None = None


@dataclass
class VocXml:
    """What an xml holds. `width` and `height` are None where not recorded, with the line of `<size>` or of the root.

    `fault` is line, kind and reason of xml that cannot be read to its end.
    """

    filename: str = ""
    filename_line: int = 1
    width: float | None = None
    height: float | None = None
    size_line: int = 1
    objects: list[VocObject] = field(default_factory=list)
    fault: tuple[int, str, str] | None = None


class _Refused(Exception):
    """The xml holds what is not read; the text says what."""


class _Reader:
    """Expat's handlers: keeps the path of open tags and the text of the innermost."""

    def __init__(self) -> None:
        self.found = VocXml()
        self.path: list[str] = []
        self.text: list[str] = []
        self.parts: dict[str, str] = {}
        self.line = 0
        self.parser: Any = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._character
        self.parser.EntityDeclHandler = self._entity
        self.parser.buffer_text = True

    def _entity(self, name: str, *_: object) -> None:
        raise _Refused(f"an entity is declared, {name[:40]!r}: it is not expanded")

    def _start(self, tag: str, _: object) -> None:
        self.path.append(tag)
        self.text = []
        if len(self.path) > DEEPEST:
            raise _Refused(f"more than {DEEPEST} nested elements")
        line = self.parser.CurrentLineNumber
        if tuple(self.path) == OBJECT:
            self.line, self.parts = line, {}
        elif self.path == ["annotation", "size"]:
            self.found.size_line = line
        elif self.path == ["annotation", "filename"]:
            self.found.filename_line = line
        if len(self.path) > 2 and tuple(self.path[:2]) == OBJECT:
            self.parts.setdefault("/".join(self.path[2:5]), "")

    def _character(self, text: str) -> None:
        if len(self.text) < TEXT:
            self.text.append(text)

    def _end(self, _: str) -> None:
        path, text = tuple(self.path), "".join(self.text).strip()
        raw = "".join(self.text)
        self.path.pop()
        self.text = []
        if path == OBJECT:
            self.found.objects.append(_object(self.line, self.parts))
        elif path[:2] == OBJECT and len(path) <= 4:
            key = "/".join(path[2:])
            if not self.parts.get(key):  # the first of several, as ElementTree's find() does
                self.parts[key] = raw if key == "name" else text
        elif path == ("annotation", "filename"):
            self.found.filename = text
        elif path == ("annotation", "size", "width"):
            self.found.width = number_of(text)
        elif path == ("annotation", "size", "height"):
            self.found.height = number_of(text)


def parse_voc(data: bytes) -> VocXml:
    """What an xml holds, up to where it breaks. Never raises for what a file says."""
    plain = _plain(data)
    if plain is not None:
        return plain
    reader = _Reader()
    if not data.strip():
        reader.found.fault = (1, "malformed", "empty file, should be an <annotation>")
        return reader.found
    try:
        reader.parser.Parse(data, True)
    except _Refused as reason:
        reader.found.fault = (reader.parser.CurrentLineNumber, "malformed", str(reason))
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        kind = "encoding" if error.code in _ENCODING else "malformed"
        reader.found.fault = (error.lineno, kind, f"no valid xml at column {error.offset + 1}: {said}")
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        reader.found.fault = (1, "encoding", f"no valid xml: {str(error)[:80]}")
    return reader.found


def _plain(data: bytes) -> VocXml | None:
    """The same from sound xml without declarations, comments and a second byte per letter, in a quarter of the time.

    ElementTree gives no lines: these are counted where the tags stand. None where the two might not agree.
    """
    if b"<!" in data or b"\x00" in data:
        return None
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
    items = root.findall("object")
    tags = [match.start() for match in _OBJECT_TAG.finditer(data)]
    if root.tag != "annotation" or len(tags) != len(items):
        return None
    found = VocXml(
        filename=(root.findtext("filename") or "").strip(),
        filename_line=_line(data, data.find(b"<filename")),
        width=number_of(root.findtext("size/width") or ""),
        height=number_of(root.findtext("size/height") or ""),
        size_line=_line(data, data.find(b"<size")),
    )
    line, at = 1, 0
    for item, tag in zip(items, tags, strict=True):
        line, at = line + data.count(b"\n", at, tag), tag
        found.objects.append(_object(line, _parts(item)))
    return found


def _parts(item: ElementTree.Element) -> dict[str, str]:
    """Texts below an object by their path, the first that holds something; the name as written, others without blanks."""
    parts: dict[str, str] = {}
    for child in item:
        text = child.text or ""
        parts[child.tag] = parts.get(child.tag) or (text if child.tag == "name" else text.strip())
        if child.tag == "bndbox":
            for side in child:
                key = f"bndbox/{side.tag}"
                parts[key] = parts.get(key) or (side.text or "").strip()
    return parts


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1 if at >= 0 else 1


_OBJECT_TAG = re.compile(rb"<object[\s/>]")

_ENCODING = (
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
    expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
)


def _object(line: int, parts: dict[str, str]) -> VocObject:
    name = parts.get("name") or None
    corners = {corner: parts.get(f"bndbox/{corner}") for corner in CORNERS}
    if "bndbox" not in parts:
        return VocObject(line, name, None, _no_box(parts))
    missing = [corner for corner, text in corners.items() if not text]
    if missing:
        return VocObject(line, name, None, ("bad-box", f"bndbox has no {' and no '.join(missing)}"))
    numbers = {corner: number_of(text or "") for corner, text in corners.items()}
    wrong = next((corner for corner, number in numbers.items() if number is None), None)
    if wrong is not None:
        return VocObject(
            line, name, None, ("bad-box", f"{wrong} is {(corners[wrong] or '')[:40]!r}, should be a number")
        )
    x0, y0, x1, y1 = (number if number is not None else float("nan") for number in numbers.values())
    fault = None if name and name.strip() else ("malformed", "an object has no name")
    return VocObject(line, name, (x0, y0, x1, y1), fault)


def _no_box(parts: dict[str, str]) -> tuple[str, str]:
    if "robndbox" in parts:
        return "obb", "a rotated box (robndbox)"
    if "polygon" in parts:
        return "polygon", "a polygon without a bndbox"
    return "bad-box", "an object has no bndbox"
