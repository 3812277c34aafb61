"""Reads a large JSON object list by list: where each element begins, and its line, without holding the whole parse."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from traindx.core.dataset import Ints
from traindx.errors import UnreadableError

CHUNK = 1 << 22
"""Bytes looked at in one step: temporary arrays stay below 100 MB."""

BATCH = 1 << 20
"""Bytes of elements parsed in one call."""

_QUOTE, _OPEN, _CLOSE, _NEWLINE = 1, 2, 3, 4
_CODES = np.zeros(256, dtype=np.uint8)
for _code, _bytes in ((_QUOTE, b'"'), (_OPEN, b"{["), (_CLOSE, b"}]"), (_NEWLINE, b"\n")):
    _CODES[list(_bytes)] = _code
_ESCAPED_QUOTE = re.compile(rb'\\+"')
_KEY = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:\s*$', re.DOTALL)
KEY_BYTES = 1000


@dataclass(frozen=True)
class JsonList:
    """A list directly below the top: it lies between the bytes `begin` and `end` and starts at `line`.

    `starts` and `lines` are the first byte and the line of each of its elements that is an object.
    """

    key: str
    begin: int
    end: int
    line: int
    starts: Ints
    lines: Ints


class JsonText:
    """A JSON file whose top is an object: its `lists` by key (of a key that stands twice the last), and `rest`, all else.

    `twice` are keys of lists that stand more than once, `recoded` the lines at which bytes were no UTF-8.
    Raises `UnreadableError` with line and column for what is no JSON.
    """

    def __init__(self, file: Path, text: bytes) -> None:
        self.file, self.text = file, text
        self.recoded: list[int] = []
        found = _lists(text)
        keys = [found_list.key for found_list in found]
        self.twice = [key for n, key in enumerate(keys) if key in keys[:n]]
        self.lists = {found_list.key: found_list for found_list in found}
        self._all = found
        self.rest = self._rest()

    def elements(self, key: str) -> Iterator[tuple[int, Any]]:
        """Line and value of each element of a list, in order; an element that is no object has the line of the one before."""
        if key in self.lists:
            yield from self._elements(self.lists[key])

    def _elements(self, chosen: JsonList) -> Iterator[tuple[int, Any]]:
        at, first = chosen.begin, 0
        while at < chosen.end:
            last = max(first + 1, int(np.searchsorted(chosen.starts, at + BATCH)))
            end = int(chosen.starts[last]) if last < len(chosen.starts) else chosen.end
            values = self._batch(at, end, final=end == chosen.end)
            lines = chosen.lines[first:last].tolist()
            if len(values) == len(lines):
                yield from zip(lines, values, strict=True)
            else:
                yield from _with_lines(values, lines, chosen.line)
            at, first = end, last

    def _batch(self, begin: int, end: int, *, final: bool) -> list[Any]:
        piece = self.text[begin:end].rstrip()
        if not final:
            if not piece.endswith(b","):
                self._refuse(end, "a comma is missing")
            piece = piece[:-1]
        values = self._parse(b"[" + piece + b"]", [(0, begin - 1)])
        assert isinstance(values, list)
        return values

    def _rest(self) -> Any:
        """The object without the contents of its lists."""
        pieces, offsets, at, length = [], [], 0, 0
        for found in self._all:
            offsets.append((length, at))
            pieces.append(self.text[at : found.begin])
            length += found.begin - at
            at = found.end
        offsets.append((length, at))
        return self._parse(b"".join([*pieces, self.text[at:]]), offsets)

    def _parse(self, piece: bytes, offsets: list[tuple[int, int]]) -> Any:
        """`offsets` are pairs of an offset in the piece and the one in the file that it stands for, ascending."""
        try:
            return orjson.loads(piece)
        except orjson.JSONDecodeError:
            pass
        text, broken = piece.decode("utf-8", "surrogateescape"), ""
        try:
            value = json.loads(
                text
            )  # takes what writers in Python produce and the strict parser refuses: NaN, Infinity
        except json.JSONDecodeError as error:
            at, broken = len(text[: error.pos].encode("utf-8", "surrogateescape")), error.msg
        except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
            at, broken = 0, "nested too deeply, or a number too long"
        if not broken:
            if (bad := next((n for n, c in enumerate(text) if "\udc80" <= c <= "\udcff"), -1)) >= 0:
                at = len(text[:bad].encode("utf-8", "surrogateescape"))
                self.recoded.append(self._position(_in_file(at, offsets))[0])
            return value
        return self._refuse(_in_file(at, offsets), broken)

    def _position(self, at: int) -> tuple[int, int]:
        at = min(at, len(self.text))
        return self.text.count(b"\n", 0, at) + 1, at - self.text.rfind(b"\n", 0, at)

    def _refuse(self, at: int, why: str) -> Any:
        line, column = self._position(at)
        cut = not self.text[at:].strip() or at >= len(self.text)
        said = f"{why}: the file ends there, it may be cut off" if cut else why
        raise UnreadableError(str(self.file), f"is no valid json, line {line}, column {column}: {said}", line)


def _in_file(at: int, offsets: list[tuple[int, int]]) -> int:
    piece, file = offsets[max(0, bisect_right(offsets, (at, 1 << 62)) - 1)]
    return file + at - piece


def _with_lines(values: list[Any], lines: list[int], line: int) -> Iterator[tuple[int, Any]]:
    waiting = iter(lines)
    for value in values:
        if isinstance(value, dict):
            line = next(waiting, line)
        yield line, value


def _lists(text: bytes) -> list[JsonList]:
    """The lists directly below the top, in order. Of text that is no JSON, something: parsing finds what is wrong."""
    at, line, depth = _brackets(text)
    buffer = np.frombuffer(text, dtype=np.uint8)
    kind = buffer[at]
    opened = np.flatnonzero((kind == ord("[")) & (depth == 2))
    closed = np.flatnonzero((kind == ord("]")) & (depth == 1))
    objects = np.flatnonzero((kind == ord("{")) & (depth == 3))
    found: list[JsonList] = []
    for begin in opened.tolist():
        after = int(np.searchsorted(closed, begin))
        end = int(at[closed[after]]) if after < len(closed) else len(text)
        start = int(at[begin]) + 1
        key = _KEY.search(text[max(0, start - KEY_BYTES) : start - 1])
        if key is None or (found and start < found[-1].end):
            continue
        inside = objects[np.searchsorted(at[objects], start) : np.searchsorted(at[objects], end)]
        name = key[1].decode("utf-8", "replace")
        found.append(JsonList(name, start, end, int(line[begin]), at[inside], line[inside]))
    return found


def _brackets(text: bytes) -> tuple[Ints, Ints, Ints]:
    """Byte, line and depth (after it) of the brackets outside strings that open or close the upper three levels."""
    buffer = np.frombuffer(text, dtype=np.uint8)
    escaped = _escaped_quotes(text)
    parts: list[tuple[Ints, Ints, Ints]] = []
    inside, level, line = 0, 0, 1
    for begin in range(0, len(buffer), CHUNK):
        codes = _CODES[buffer[begin : begin + CHUNK]]
        if len(escaped):
            low, high = np.searchsorted(escaped, (begin, begin + CHUNK))
            codes[escaped[low:high] - begin] = 0
        at = np.flatnonzero(codes)
        code = codes[at]
        quotes = np.cumsum(code == _QUOTE) + inside
        lines = np.cumsum(code == _NEWLINE) + line
        bracket = ((code == _OPEN) | (code == _CLOSE)) & (quotes & 1 == 0)
        depth = np.cumsum(np.where(code[bracket] == _OPEN, 1, -1)) + level
        upper = depth <= 3
        parts.append((at[bracket][upper] + begin, lines[bracket][upper], depth[upper]))
        inside = int(quotes[-1]) & 1 if len(quotes) else inside
        line = int(lines[-1]) if len(lines) else line
        level = int(depth[-1]) if len(depth) else level
    empty = np.zeros(0, dtype=np.int64)
    columns = [np.concatenate([empty, *(part[n] for part in parts)]) for n in range(3)]
    return columns[0], columns[1], columns[2]


def _escaped_quotes(text: bytes) -> Ints:
    if b'\\"' not in text:
        return np.zeros(0, dtype=np.int64)
    odd = (m.end() - 1 for m in _ESCAPED_QUOTE.finditer(text) if (m.end() - m.start()) % 2 == 0)
    return np.fromiter(odd, dtype=np.int64)
