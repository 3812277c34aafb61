"""Rows of label files that are no box, put right where that is possible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from traindx.core.number import number_of

_COMMENT = re.compile(r"\s*(#|//).*$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+$")
_SEPARATOR = re.compile(r"[,;\s]+")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f"), None) | {0xA0: " "}


@dataclass(frozen=True)
class Corrected:
    """A row as it should be written, or None where it can only be deleted; `safe`: its meaning is beyond doubt."""

    text: str | None
    safe: bool


def corrected(row: str, names: Mapping[int, str]) -> Corrected:
    """The row with points for decimal commas, blanks for separators, without comments and bytes that cannot be seen.

    Safe: what then is five numbers, the first a class id; the name of a class instead of its id. Unsafe: a sixth number or
    words at the end are cut off (a confidence), a polygon becomes its enclosing box, a name that two classes have is the
    first one's, NUL bytes at the end of a number (digits may be lost) go, anything else is deleted.
    """
    visible = row.translate(_INVISIBLE).strip()
    named, sure = _with_id(visible, names)
    text = _COMMENT.sub("", named).strip("\x00 \t")
    if not text:
        return Corrected(None, sure)
    sure &= "\x00" not in visible
    fields = _fields(text)
    if fields:
        fields[0], certain = _id_of(fields[0], names)
        sure &= certain
    numbers = [number_of(field) for field in fields]
    known = [n for n in numbers if n is not None]
    if _in_pairs(text.split()):
        return Corrected(None, False)
    if len(fields) == 5 and len(known) == 5:
        plain = text.split() == fields or known[0] in range(len(names) + 1)
        return Corrected(" ".join(fields), sure and plain)
    if len(fields) == 6 and len(known) == 6 and 0 <= known[5] <= 1:
        return Corrected(" ".join(fields[:5]), False)
    if len(fields) > 5 and len(known) == 5 and None not in numbers[:5]:
        return Corrected(" ".join(fields[:5]), False)
    if len(fields) >= 7 and len(fields) % 2 and len(known) == len(fields):
        return Corrected(" ".join([fields[0], *_enclosing(known[1:])]), False)
    return Corrected(None, False)


def _with_id(text: str, names: Mapping[int, str]) -> tuple[str, bool]:
    """The row with its class id for a name at its start, and whether nothing in it could be a comment and a name as well."""
    for name in sorted(names.values(), key=len, reverse=True):
        rest = text[len(name) :]
        if name and text.startswith(name) and _SEPARATOR.match(rest) and number_of(name) is None:
            number, certain = _id_of(name, names)
            return number + rest, certain and not _COMMENT.match(name)
    return text, not any(_COMMENT.match(name) for name in names.values())


def _id_of(field: str, names: Mapping[int, str]) -> tuple[str, bool]:
    """The id of a class by its name, and whether it is the only one of that name; what is no name stays."""
    ids = sorted(number for number, name in names.items() if name == field)
    if not ids or number_of(field) is not None:
        return field, True
    return str(ids[0]), len(ids) == 1


def _in_pairs(parts: list[str]) -> bool:
    """Whether all coordinates have a comma and some are no shares: points as x,y, or pixels with decimal commas."""
    coordinates = parts[1:]
    return (
        len(coordinates) > 3
        and all(_DECIMAL_COMMA.match(part) for part in coordinates)
        and any(abs(float(part.replace(",", "."))) >= 2 for part in coordinates)
    )


def _fields(text: str) -> list[str]:
    """Fields between blanks with their decimal commas, else between commas or semicolons; quotes and brackets go."""
    parts = [part.strip("\"'[]()") for part in text.split()]
    if len(parts) >= 5 and any(_DECIMAL_COMMA.match(part) for part in parts):
        return [part.replace(",", ".") if _DECIMAL_COMMA.match(part) else part.rstrip(",;") for part in parts]
    if ";" in text:
        return [part.strip().strip("\"'[]()").replace(",", ".") for part in text.split(";") if part.strip()]
    return [field.strip("\"'[]()") for field in _SEPARATOR.split(text) if field.strip("\"'[]()")]


def _enclosing(points: list[float]) -> list[str]:
    x, y = points[::2], points[1::2]
    box = ((min(x) + max(x)) / 2, (min(y) + max(y)) / 2, max(x) - min(x), max(y) - min(y))
    return [f"{value:.10g}" for value in box]
