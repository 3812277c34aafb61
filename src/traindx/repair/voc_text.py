"""Pascal VOC xml with single objects changed or deleted: everything else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable

from traindx.core.edit import Edit
from traindx.errors import TraindxError
from traindx.repair.same_box import frame_of, require_same

_OBJECT = re.compile(rb"[ \t]*<object\b.*?</object>[ \t]*(\r?\n)?", re.DOTALL)
_BOX = re.compile(rb"<bndbox\b.*?</bndbox>", re.DOTALL)
_NUMBER = rb"(<%s>\s*)([^<]*?)(\s*</%s>)"


def edited_xml(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The xml's bytes after the edits, which name objects by the line of their tag. Raises `TraindxError` if one is not there."""
    left = {edit.line: edit for edit in edits}

    def change(match: re.Match[bytes]) -> bytes:
        line = data.count(b"\n", 0, match.start() + match[0].index(b"<object")) + 1
        edit = left.pop(line, None)
        if edit is None:
            return match[0]
        return b"" if edit.box is None else _changed(match[0], edit)

    changed = _OBJECT.sub(change, data)
    if left:
        raise TraindxError(f"there is no object at line {min(left)}", "the xml changed since it was examined")
    return changed


def _changed(element: bytes, edit: Edit) -> bytes:
    """The object's text with its new corners; a corner that stays keeps its digits."""
    assert edit.was is not None and edit.box is not None
    begin, end = _own_box(element)
    before, element, after = element[:begin], element[begin:end], element[end:]
    for low, high, k in ((b"xmin", b"xmax", 0), (b"ymin", b"ymax", 1)):
        first, second = (float(re.search(_NUMBER % (tag, tag), element)[2]) for tag in (low, high))  # type: ignore[index]
        require_same(edit, k, first, second)
        frame = frame_of(edit, k, first, second)
        for tag, was, now in (
            (low, first, (edit.box[k] - edit.box[k + 2] / 2) * frame),
            (high, second, (edit.box[k] + edit.box[k + 2] / 2) * frame),
        ):
            if abs(now - was) > 1e-3:
                written = f"{round(now, 3):g}".encode()
                element = re.sub(_NUMBER % (tag, tag), rb"\g<1>" + written + rb"\g<3>", element, count=1)
    return before + element + after


def _own_box(element: bytes) -> tuple[int, int]:
    """Where the object's own box begins and ends; its parts (head, hand) have boxes as well."""
    for found in _BOX.finditer(element):
        if element.count(b"<part>", 0, found.start()) == element.count(b"</part>", 0, found.start()):
            return found.span()
    return 0, len(element)
