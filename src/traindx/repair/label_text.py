"""Label files as lines that can be edited while all others stay byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from traindx.core.edit import Edit
from traindx.errors import TraindxError
from traindx.scan.labels import NEWLINES


@dataclass(frozen=True)
class LabelText:
    """The text of a label file; `legible` is whether its bytes were UTF-8 (with or without a byte-order mark)."""

    text: str
    legible: bool

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends, as the scan counts them."""
        return NEWLINES.split(self.text)


def label_text(data: bytes) -> LabelText:
    """The text of the bytes: UTF-8; UTF-16 where there is a mark or every second byte is zero; else cp1252, as Windows writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return LabelText(data.decode("utf-16", "replace").removeprefix("\ufeff"), False)
    odd, even = data[1:40:2].count(0), data[:40:2].count(0)
    for codec, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > 8 and not others:
            return LabelText(data.decode(codec, "replace"), False)
    try:
        return LabelText(data.decode("utf-8"), True)
    except UnicodeDecodeError:
        return LabelText(data.decode("cp1252", "replace"), False)


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The file's bytes with rows replaced or deleted, in UTF-8; a file that was UTF-8 keeps every other byte.

    Raises `TraindxError` where a row is not the one that the edit was made for.
    """
    left = {edit.line: edit for edit in edits}
    text = label_text(data).text
    out, at = [], 0
    ends = [*((m.start(), m.end()) for m in NEWLINES.finditer(text)), (len(text), len(text))]
    for number, (stop, end) in enumerate(ends, 1):
        edit = left.get(number)
        if edit is None:
            out.append(text[at:end])
        elif text[at:stop] == edit.before:
            del left[number]
            out.append("" if edit.after is None else edit.after + text[stop:end])
        at = end
    if left:
        raise TraindxError(f"line {min(left)} of {left[min(left)].path} is another", "it changed since it was examined")
    return "".join(out).encode("utf-8")
