"""The outputs of a notebook as the text of a console: what was printed, tables that were shown, errors that were raised."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_ROW = re.compile(r"</tr\s*>|<br\s*/?>|</p\s*>", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"[^\S\n]*\n\s*")


def outputs_of(text: str) -> str:
    """What the cells of a notebook put out, in their order; empty for a text that is no notebook."""
    try:
        cells = json.loads(text)["cells"]
        return "\n".join(part for cell in cells for output in cell.get("outputs", ()) for part in _parts(output))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""


def _parts(output: Mapping[str, Any]) -> Iterator[str]:
    kind = output.get("output_type")
    if kind == "stream":
        yield _joined(output.get("text", ""))
    elif kind == "error":
        yield "\n".join(output.get("traceback", ()))
    else:
        data = output.get("data", {})
        shown = data.get("text/html")
        yield _joined(data.get("text/plain", "")) if shown is None else _table(_joined(shown))


def _table(shown: str) -> str:
    """Rows of a table as lines, its cells parted by bars."""
    lines = _CELL.sub(" | ", _ROW.sub("\x00", _SPACE.sub(" ", shown)))
    return html.unescape(_TAG.sub("", lines)).replace("\x00", "\n")


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
