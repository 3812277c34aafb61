"""A csv log as rows by epoch: cells as numbers, rows of one epoch merged, restarts and resumes told apart."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from traindx.core.number import number_of
from traindx.errors import TraindxError
from traindx.readers.names import ERROR
from traindx.readers.words import decoded

Row: TypeAlias = dict[str, float | None]

_ACCURACY = re.compile(r"/(?:acc|top-?_?[15])")

LARGEST_EPOCH = 1e9
"""A row with a larger epoch, or one that is no number, is damaged, and left out."""


SEPARATORS = (",", ";", "\t", "|")
_NO_HEADER = re.compile(r"sep=.\r?\n|# [^,;\t\n]*\n", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+(?:[eE][-+]?\d+)?")


def rows_of(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows of a csv file, names and cells stripped; a repeated header and a last row cut short are left out.

    Cells are parted as the header is, by comma, semicolon, tab or bar; lines of `#` before it are comments. Raises
    `TraindxError` if the file is no text.
    """
    try:
        text = _decoded(path.read_bytes()).lstrip("\n\r ")
        while _NO_HEADER.match(text):
            text = text.partition("\n")[2]
        first = text.partition("\n")[0]
        separator = max(SEPARATORS, key=first.count)
        parted = csv.reader(text.splitlines(), delimiter=separator)
        lines = [[cell.strip() for cell in line] for line in parted if any(cell.strip() for cell in line)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise TraindxError(f"{path} is no readable csv file", str(error)) from error
    if not lines:
        return [], []
    header = lines[0]
    if separator != ",":
        lines = [[c.replace(",", ".") if _DECIMAL_COMMA.fullmatch(c) else c for c in line] for line in lines]
    fit = (line[: len(header)] for line in lines[1:] if line != header and _fits(line, header))
    return header, [dict(zip(header, line, strict=True)) for line in fit]


def _decoded(data: bytes) -> str:
    """Text of utf-8, of utf-16 as PowerShell writes it, or of a spreadsheet's code page. Raises `UnicodeDecodeError`."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16")
        if "\n" not in text:
            raise UnicodeDecodeError("utf-16", data[:16], 0, 16, "no text of lines")
        return text
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if any(byte < 9 for byte in data[:4096]):
            raise
        return decoded(data, otherwise="cp1252")


def _fits(line: list[str], header: list[str]) -> bool:
    """Whether a line has as many cells as the header; an empty one after the last separator does not count."""
    return len(line) == len(header) or (len(line) == len(header) + 1 and not line[-1])


def translate(rows: Sequence[Mapping[str, str]], meaning: Callable[[str], str | None]) -> list[Row]:
    """Rows with their columns renamed by `meaning` (None: left out) and their cells as numbers."""
    names = {column: meaning(column) for row in rows[:1] for column in row}
    return [{new: number_of(row[old]) for old, new in names.items() if new is not None} for row in rows]


def by_epoch(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """One row per epoch, and notes in words on what was decided.

    Rows of one epoch that follow each other are merged: the last number of each column counts, but a training loss that is
    written several times within the epoch is averaged. If the epoch falls back to the first, another run was
    appended to the file: the last run counts. If it falls back elsewhere, the run was resumed: the later rows count.
    """
    notes: list[str] = []
    groups: dict[float, list[Row]] = {}
    first = last = None
    for row in rows:
        epoch = row.get("epoch")
        if epoch is None or not abs(epoch) < LARGEST_EPOCH:
            continue
        first = epoch if first is None else first
        if last is not None and epoch < last:
            dropped = [e for e in groups if e >= epoch]
            again = "an earlier run in the same file left out" if epoch <= first else "written twice by a resumed run"
            notes.append(f"{len(dropped)} epochs ({dropped[0]:g} to {dropped[-1]:g}) {again}")
            for e in dropped:
                del groups[e]
        groups.setdefault(epoch, []).append(row)
        last = epoch
    return [_merged(group) for group in groups.values()], notes


def as_shares(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Metrics in per cent as shares of 1, and a note on each: a metric above 1.01 can be nothing else.

    Accuracies of one log are all written alike: where one of them is in per cent, so are the others.
    """
    shares = ("metric/", "train_metric/")
    names = {name for row in rows for name, value in row.items() if name.startswith(shares) and (value or 0) > 1.01}
    if any(_ACCURACY.search(name) for name in names):
        names |= {name for row in rows for name in row if name.startswith(shares) and _ACCURACY.search(name)}
    for row in rows:
        row.update({name: value / 100 for name in names if (value := row.get(name)) is not None})
    notes = [f"{name} read as per cent" for name in sorted({n.partition("/")[2] for n in names})]
    return rows, notes + [f"{ERROR} read as wrong answers" for _ in range(_right_answers(rows))]


def _right_answers(rows: list[Row]) -> bool:
    """Put the accuracy in the place of a share of wrong answers, where a log has no accuracy; whether there was one."""
    found = False
    for group in ("metric", "train_metric"):
        wrong, right = f"{group}/{ERROR}", f"{group}/accuracy"
        known = any(right in row for row in rows)
        for row in rows:
            value = row.pop(wrong, None)
            if value is not None and not known:
                found, row[right] = True, 1 - value
    return found


def _merged(group: Sequence[Row]) -> Row:
    merged: Row = {}
    for name in dict.fromkeys(name for row in group for name in row):
        values = [v for row in group if (v := row.get(name)) is not None]
        if values:
            mean = name.startswith(("train/", "train_metric/"))
            merged[name] = sum(values) / len(values) if mean else values[-1]
    return merged
