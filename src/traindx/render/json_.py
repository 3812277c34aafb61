"""The report as JSON, schema 1 (`core/report.schema.json`): the form that programs read and that every renderer starts from."""

from __future__ import annotations

import json
from typing import Any

from traindx.core.report import Report
from traindx.render.wording import clean


def json_text(report: Report) -> str:
    """Schema 1 with a final line feed; lists of plain values stay on one line so that curves stay readable.

    Valid for strict parsers: no NaN literal, and no half of a surrogate pair (file names that are not UTF-8 are escaped).
    """
    return "".join(_pieces(report.to_json(), "\n")) + "\n"


def _pieces(value: Any, newline: str) -> list[str]:
    deeper = newline + "  "
    if isinstance(value, dict) and value:
        parts = []
        for key, item in value.items():
            parts += [",", deeper, _scalar(str(key)), ": ", *_pieces(item, deeper)]
        return ["{", *parts[1:], newline, "}"]
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        parts = []
        for item in value:
            parts += [",", deeper, *_pieces(item, deeper)]
        return ["[", *parts[1:], newline, "]"]
    if isinstance(value, list):
        return ["[", ", ".join(map(_scalar, value)), "]"]
    return [_scalar(value)]


def _scalar(value: Any) -> str:
    if isinstance(value, str) or not isinstance(value, (bool, int, float, dict, type(None))):
        value = _encodable(str(value))
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _encodable(text: str) -> str:
    """Control characters are JSON's own business; only what UTF-8 cannot hold is escaped."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return clean(text)
    return text
