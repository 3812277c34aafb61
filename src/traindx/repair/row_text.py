"""Rows of label files that are no box, put right where that is possible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_COMMENT = re.compile(r"\s*(#|//).*$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+$")
_SEPARATOR = re.compile(r"[,;\s]+")
_INVISIBLE = dict.fromkeys(map(ord, "\x00\ufeff\u200b\u200e\u200f"), None) | {0xA0: " "}


@dataclass(frozen=True)
class Corrected:
    """A row as it should be written, or None where it can only be deleted; `safe`: its meaning is beyond doubt."""

    text: str | None
    safe: bool


def corrected(row: str, names: Mapping[int, str]) -> Corrected:
    """The row with points for decimal commas, blanks for separators, without comments and bytes that cannot be seen.

    Safe: what then is five numbers; the name of a class instead of its id. Unsafe: a sixth number or words at the end are
    cut off (a confidence), a polygon becomes its enclosing box, anything else is deleted.
    """
    text = _COMMENT.sub("", row.translate(_INVISIBLE)).strip()
    if not text:
        return Corrected(None, True)
    fields = _fields(text)
    ids = {name: str(number) for number, name in names.items()}
    if fields and fields[0] in ids and _number(fields[0]) is None:
        fields[0] = ids[fields[0]]
    numbers = [_number(field) for field in fields]
    known = [n for n in numbers if n is not None]
    if len(fields) == 5 and len(known) == 5:
        return Corrected(" ".join(fields), True)
    if len(fields) == 6 and len(known) == 6 and 0 <= known[5] <= 1:
        return Corrected(" ".join(fields[:5]), False)
    if len(fields) > 5 and len(known) == 5 and None not in numbers[:5]:
        return Corrected(" ".join(fields[:5]), False)
    if len(fields) >= 7 and len(fields) % 2 and len(known) == len(fields):
        return Corrected(" ".join([fields[0], *_enclosing(known[1:])]), False)
    return Corrected(None, False)


def _fields(text: str) -> list[str]:
    """Fields between blanks with their decimal commas, else between commas or semicolons; quotes and brackets go."""
    parts = [part.strip("\"'[]()") for part in text.split()]
    if len(parts) >= 5 and any(_DECIMAL_COMMA.match(part) for part in parts):
        return [part.replace(",", ".") if _DECIMAL_COMMA.match(part) else part.rstrip(",;") for part in parts]
    if ";" in text:
        return [part.strip().strip("\"'[]()").replace(",", ".") for part in text.split(";") if part.strip()]
    return [field.strip("\"'[]()") for field in _SEPARATOR.split(text) if field.strip("\"'[]()")]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _enclosing(points: list[float]) -> list[str]:
    x, y = points[::2], points[1::2]
    box = ((min(x) + max(x)) / 2, (min(y) + max(y)) / 2, max(x) - min(x), max(y) - min(y))
    return [f"{value:.10g}" for value in box]
