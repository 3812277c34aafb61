"""COCO json with single annotations changed or deleted: everything else stays byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from traindx.core.edit import Edit
from traindx.errors import TraindxError
from traindx.repair.same_box import frame_of, require_same
from traindx.scan.json_text import JsonText

MARK = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]')
_COLON = re.compile(rb"\s*:\s*")
_VALUE = re.compile(rb'\[[^\]]*\]|"(?:[^"\\]|\\.)*"|[-+.\deE]+')
_COMMA = re.compile(rb"\s*,")


def edited_json(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The json's bytes after the edits, which name annotations by id and line. Raises `TraindxError` if one is not there.

    A changed box changes `bbox`, and `area` where that was the box's; a segmentation stays.
    """
    text = JsonText(Path("annotations"), data.removeprefix(MARK))
    wanted = {(edit.id, edit.line): edit for edit in edits}
    pieces: list[bytes] = []
    at, left = 0, dict(wanted)
    starts = text.lists["annotations"].starts.tolist() if "annotations" in text.lists else []
    elements = [(line, value) for line, value in text.elements("annotations") if isinstance(value, dict)]
    for start, (line, value) in zip(starts, elements, strict=True):
        edit = left.pop((value.get("id", -1), line), None)
        if edit is None:
            continue
        end = _end(text.text, start)
        if edit.box is None:
            if after := _COMMA.match(text.text, end):
                pieces.append(text.text[at:start].rstrip(b" \t\r\n"))
                end = after.end()
            else:  # the last one goes with the comma of the last one that stays
                pieces = [_without_comma(b"".join(pieces) + text.text[at:start])]
        else:
            pieces += [text.text[at:start], _changed(text.text[start:end], value, edit)]
        at = end
    if left:
        raise TraindxError(
            f"annotation {min(left)[0]} is no longer where it was", "the json changed since it was examined"
        )
    return data[: len(data) - len(text.text)] + b"".join(pieces) + text.text[at:]


def renamed_json(data: bytes, names: Mapping[str, str]) -> bytes:
    """The json's bytes with other file names for its pictures, from old to new."""
    text = JsonText(Path("annotations"), data.removeprefix(MARK))
    pieces, at = [data[: len(data) - len(text.text)]], 0
    for start in text.lists["images"].starts.tolist() if names else []:
        element = text.text[start : _end(text.text, start)]
        found = _value(element, b"file_name")
        if found and (new := names.get(json.loads(element[slice(*found)]))) is not None:
            pieces += [text.text[at : start + found[0]], json.dumps(new).encode()]
            at = start + found[1]
    return b"".join([*pieces, text.text[at:]])


def _end(text: bytes, start: int) -> int:
    """Where the object that begins at `start` ends."""
    reach = 4096
    while True:
        piece = text[start : start + reach].decode("utf-8", "surrogateescape")
        try:
            _, end = json.JSONDecoder().raw_decode(piece)
            return start + len(piece[:end].encode("utf-8", "surrogateescape"))
        except json.JSONDecodeError:
            if start + reach >= len(text):
                raise
            reach *= 8


def _without_comma(before: bytes) -> bytes:
    """The text without the comma at its end, if it has one there."""
    stripped = before.rstrip(b" \t\r\n")
    return stripped[:-1] if stripped.endswith(b",") else before


def _changed(element: bytes, value: dict[str, object], edit: Edit) -> bytes:
    """The annotation's text with its new box: the frame is what its old shares were taken of."""
    old = [float(v) for v in value["bbox"]]  # type: ignore[attr-defined]
    assert edit.was is not None and edit.box is not None
    require_same(edit, 0, old[0], old[0] + old[2])
    require_same(edit, 1, old[1], old[1] + old[3])
    width, height = (frame_of(edit, axis, old[axis], old[axis] + old[axis + 2]) for axis in (0, 1))
    x, y, w, h = edit.box
    new = [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height]
    written = ", ".join(f"{round(v, 4):g}" if abs(v) < 1e5 else f"{v:.4f}" for v in new).encode()
    area = value.get("area")
    own_area = isinstance(area, (int, float)) and abs(area - old[2] * old[3]) <= 0.01 * abs(area)
    element = _with_value(element, b"bbox", b"[" + written + b"]")
    return _with_value(element, b"area", f"{new[2] * new[3]:.4f}".encode()) if own_area else element


def _with_value(element: bytes, key: bytes, value: bytes) -> bytes:
    found = _value(element, key)
    return element[: found[0]] + value + element[found[1] :] if found else element


def _value(element: bytes, key: bytes) -> tuple[int, int] | None:
    """Where the value of an object's own key begins and ends, not that of an object within; of a key that stands twice the last."""
    depth, found = 0, None
    for token in _TOKEN.finditer(element):
        if token[0] in b"{[":
            depth += 1
        elif token[0] in b"}]":
            depth -= 1
        elif depth == 1 and token[0] == b'"%s"' % key and (colon := _COLON.match(element, token.end())):
            value = _VALUE.match(element, colon.end())
            found = value.span() if value else None
    return found
