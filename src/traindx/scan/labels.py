"""Parses YOLO label files: clean files many at a time, odd ones line by line, with the reason for each row that is no box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from traindx.core.dataset import Floats, Ints
from traindx.core.number import number_of

BATCH = 8192
"""Label files parsed as one buffer of some two megabytes: fewer cost more calls (measured: 4,096 take 8 % longer)."""

SMALL = 200_000
"""Bytes of label text below which Python reads the numbers: importing pyarrow takes about as long. A guess."""

_PLAIN = re.compile(rb"[0-9.+\-eE \n]*")
_LEGAL = np.zeros(256, dtype=bool)
_LEGAL[list(b"0123456789.+-eE \t\r\n")] = True
_SPACE = np.zeros(256, dtype=bool)
_SPACE[list(b" \t\r\n")] = True
NEWLINES = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class OddRow:
    """A row that is no plain box: `kind` is malformed, encoding, mixed, keypoints, polygon, obb or pose."""

    file: int
    line: int
    text: str
    reason: str
    kind: str


@dataclass(frozen=True)
class Parsed:
    """Boxes of label files as columns (`file` indexes the files given, sorted), and the rows that are none.

    A row of a polygon, rotated box or keypoints stands in both: as its enclosing box, which is how box readers take it.
    """

    file: Ints
    line: Ints
    values: Floats
    odd: list[OddRow] = field(default_factory=list)


def parse(files: Sequence[bytes], keypoint_fields: int = 0) -> Parsed:
    """Boxes and odd rows of label files given as bytes; `values` is (rows, 5): class id, x, y, w, h as written.

    `keypoint_fields` is how many fields the settings' `kpt_shape` adds to a row (0: none). Legal are tabs, CRLF, blank
    lines, a byte-order mark, `0.0` as a class id and scientific notation.
    """
    starts = range(0, len(files), BATCH)
    return joined_parts([parse_batch(files[i : i + BATCH], i, keypoint_fields) for i in starts])


def joined_parts(parts: Sequence[Parsed]) -> Parsed:
    """The parts, one after the other."""
    if not parts:
        return _no_rows()
    file, line = np.concatenate([p.file for p in parts]), np.concatenate([p.line for p in parts])
    return Parsed(file, line, np.concatenate([p.values for p in parts]), [row for p in parts for row in p.odd])


def _no_rows() -> Parsed:
    return Parsed(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 5)))


def parse_batch(files: Sequence[bytes], first: int, keypoint_fields: int) -> Parsed:
    """`parse` of files that are numbered from `first`, in one buffer: as a table if all are clean, else those that are."""
    parsed = _table_of(files)
    if parsed is None:
        clean, odd = _told_apart(files)
        parsed = _with_odd(files, odd, clean, keypoint_fields)
    odd_rows = [replace(row, file=row.file + first) for row in parsed.odd]
    return Parsed(parsed.file + first, parsed.line, parsed.values, odd_rows)


def _table_of(files: Sequence[bytes]) -> Parsed | None:
    """The files read as one table, if every row has five numbers between single blanks and no line is blank; else None."""
    if (parsed := _table_of_tidy(files)) is not None:
        return parsed
    texts = [data.rstrip() for data in files]
    filled = [i for i, data in enumerate(texts) if data]
    if not filled:
        return _no_rows()
    text = b"\n".join(filter(None, texts)) + b"\n"
    if b"\r" in text or b"\t" in text:
        texts = [data.replace(b"\r\n", b"\n").replace(b"\t", b" ") for data in texts]
        text = b"\n".join(filter(None, texts)) + b"\n"
    if b"\n\n" in text or text[0] == 10 or b"\r" in text:
        return None
    rows = np.zeros(len(files), dtype=np.int64)
    rows[filled] = [texts[i].count(b"\n") + 1 for i in filled]
    return _rows_of(_table(text), rows)


def _table_of_tidy(files: Sequence[bytes]) -> Parsed | None:
    """`_table_of` of many files that all end in one line break or are empty: nothing is done for each by itself."""
    text = b"".join(files)
    if len(text) < SMALL or b"\r" in text or b"\t" in text:
        return None
    breaks = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 10)
    if not len(breaks) or breaks[0] == 0 or (breaks[1:] == breaks[:-1] + 1).any():
        return None
    ends = np.cumsum(np.fromiter(map(len, files), dtype=np.int64, count=len(files)))
    lines = np.searchsorted(breaks, ends)  # that end within these files
    if (breaks[lines[ends > 0] - 1] + 1 != ends[ends > 0]).any():
        return None
    return _rows_of(_table(text), np.diff(lines, prepend=0))


def _rows_of(values: Floats | None, rows: Ints) -> Parsed | None:
    """The values as the rows of files that have so many each; None if that cannot be."""
    if values is None or len(values) != rows.sum():
        return None
    file = np.repeat(np.arange(len(rows)), rows)
    return Parsed(file, np.arange(1, len(file) + 1) - (np.cumsum(rows) - rows)[file], values)


def _table(text: bytes) -> Floats | None:
    """Five columns of finite numbers, or None."""
    return _small_table(text) if len(text) < SMALL else _large_table(text)


def _small_table(text: bytes) -> Floats | None:
    rows = text[:-1].split(b"\n")
    if b"  " in text or not _PLAIN.fullmatch(text) or any(row.count(b" ") != 4 or row != row.strip() for row in rows):
        return None
    try:
        values = np.array(list(map(float, text.split()))).reshape(-1, 5)
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def _large_table(text: bytes) -> Floats | None:
    import pyarrow as pa  # slow to import, and not needed for `traindx --help`
    from pyarrow import csv

    names = ["class_id", "x", "y", "w", "h"]
    try:
        table = csv.read_csv(
            pa.BufferReader(text),
            read_options=csv.ReadOptions(use_threads=False, column_names=names, block_size=len(text) + 1),
            parse_options=csv.ParseOptions(delimiter=" ", quote_char=False),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.float64()), null_values=[]),
        )
    except pa.ArrowInvalid:
        return None
    values = np.empty((table.num_rows, 5), order="F")
    for i, column in enumerate(table.columns):
        values[:, i] = column.to_numpy()
    return values if np.isfinite(values).all() else None


def _told_apart(files: Sequence[bytes]) -> tuple[Parsed, Ints]:
    """The rows of files whose lines all hold five numbers, and which files are others: by counting fields per line."""
    text = b"\n".join(files) + b"\n"
    buffer = np.frombuffer(text, dtype=np.uint8)
    sizes = np.array([len(f) + 1 for f in files], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    newline = buffer == 10
    lines_before = np.cumsum(newline) - newline  # the line each byte lies in
    space = _SPACE[buffer]
    opens = ~space & np.concatenate(([True], space[:-1]))
    fields = np.bincount(lines_before[opens], minlength=int(newline.sum()))
    file_of_line = np.repeat(np.arange(len(files)), np.add.reduceat(newline, starts))
    odd_bytes = ~_LEGAL[buffer]
    odd_bytes[:-1] |= (buffer[:-1] == 13) & (buffer[1:] != 10)
    odd = np.add.reduceat(odd_bytes, starts) > 0
    odd[file_of_line[(fields != 5) & (fields != 0)]] = True
    kept = (fields == 5) & ~odd[file_of_line]
    values = _numbers([data for data, bad in zip(files, odd, strict=True) if not bad])
    if values is None:  # digits that are no number, such as 1.2.3: every file goes line by line
        return _no_rows(), np.arange(len(files))
    file = file_of_line[kept]
    return Parsed(file, np.flatnonzero(kept) - lines_before[starts][file] + 1, values), np.flatnonzero(odd)


def _numbers(files: Sequence[bytes]) -> Floats | None:
    """The five numbers of every line that is not blank; None if one is no number."""
    table = _table_of(files)
    if table is not None:
        return table.values
    fields = b"\n".join(files).split()
    try:
        return np.fromiter(map(float, fields), dtype=float, count=len(fields)).reshape(-1, 5)
    except ValueError:
        return None


def _with_odd(files: Sequence[bytes], odd: Ints, clean: Parsed, keypoint_fields: int) -> Parsed:
    rows: list[tuple[int, int, list[float]]] = []
    found: list[OddRow] = []
    for i in odd.tolist():
        _slow(files[i], i, keypoint_fields, rows, found)
    file = np.concatenate([clean.file, np.array([r[0] for r in rows], dtype=np.int64)])
    line = np.concatenate([clean.line, np.array([r[1] for r in rows], dtype=np.int64)])
    values = np.concatenate([clean.values, np.array([r[2] for r in rows], dtype=float).reshape(-1, 5)])
    order = np.lexsort((line, file))
    return Parsed(file[order], line[order], values[order], found)


def _slow(
    data: bytes, file: int, keypoint_fields: int, rows: list[tuple[int, int, list[float]]], found: list[OddRow]
) -> None:
    """One file line by line, into `rows` and `found`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[1:40:2].count(0) > 8 or data[:40:2].count(0) > 8:
        found.append(OddRow(file, 1, "", "UTF-16 text; label files are plain ASCII or UTF-8", "encoding"))
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = len(NEWLINES.findall(data[: error.start].decode("latin-1"))) + 1
        found.append(OddRow(file, at, "", f"byte {data[error.start]:#04x} is not UTF-8", "encoding"))
        return
    lines = [(n, line.split(), line) for n, line in enumerate(NEWLINES.split(text), 1)]
    counts = {len(fields) for _, fields, _ in lines}
    for number, fields, line in lines:
        if fields:
            box, reason, kind = _row(fields, keypoint_fields, mixed=5 in counts and max(counts) > 6)
            if box is not None:
                rows.append((file, number, box))
            if reason:
                found.append(OddRow(file, number, line.strip()[:120], reason, kind))


def _row(fields: list[str], keypoint_fields: int, *, mixed: bool) -> tuple[list[float] | None, str, str]:
    """A row's box (or None), why it is no plain box (or empty), and what it looks like."""
    n = len(fields)
    try:
        values = [float(f) for f in fields]
    except ValueError:
        return None, _not_numbers(fields), "malformed"
    if values[0] != values[0] or abs(values[0]) == float("inf"):
        return None, f"class id is {fields[0]}, should be a whole number", "malformed"
    if n == 5 or (keypoint_fields and n == 5 + keypoint_fields):
        far = [v for v in values[5:] if not -0.01 <= v <= 2]  # shares are at most 1, visibility at most 2
        said = f"keypoint coordinate {far[0]:g}, should be a share of the side: readers drop the picture" if far else ""
        return (None, said, "keypoints") if far else (values[:5], "", "")
    if n < 7:
        seen = "6 fields, a box has 5: the sixth looks like a confidence" if n == 6 else f"{n} fields, a box has 5"
        return None, seen, "malformed"
    if keypoint_fields:
        points = f": a box with {(n - 5) // 3} keypoints" if _is_pose(values) else ""
        asked = f"kpt_shape of the settings asks for {5 + keypoint_fields}: readers drop the picture"
        return None, f"{n} fields{points}, and {asked}", "keypoints"
    if _is_pose(values):
        said = f"{n} fields: a box with {(n - 5) // 3} keypoints, and the settings have no kpt_shape"
        return values[:5], said, "pose"
    if n % 2 == 0:
        return None, f"{n} fields: neither a box (5) nor a polygon (odd, 7 or more)", "malformed"
    if mixed:
        return None, f"{n} fields: a polygon among rows of boxes, for which readers drop the picture", "mixed"
    kind = "obb" if _is_rotated_box(values[1:]) else "polygon"
    seen = "four corners of a rotated box" if kind == "obb" else f"a polygon of {(n - 1) // 2} points"
    return _enclosing(values), f"{n} fields: {seen}", kind


def _not_numbers(fields: list[str]) -> str:
    """Why fields are no numbers."""
    if any("\x00" in f for f in fields):
        return "NUL bytes in the row"
    if (len(fields) == 1 and fields[0].count(",") == 4) or all(f.endswith((",", ";")) for f in fields[:-1]):
        return "fields separated by commas, should be by blanks"
    bad = next(f for f in fields if number_of(f) is None)
    if bad.startswith(("#", "//")):
        return f"a comment ({bad[:20]!r}), which label files cannot hold"
    if number_of(bad.replace(",", ".")) is not None:
        return f"decimal comma in {bad!r}, should be a point"
    return f"{bad[:40]!r} is no number"


def _is_pose(values: list[float]) -> bool:
    """A box and points with visibility: every third value after the box is 0, 1 or 2, as COCO defines it."""
    seen = values[7::3]
    return (len(values) - 5) % 3 == 0 and set(seen) <= {0.0, 1.0, 2.0} and min(values[1:]) >= 0


def _is_rotated_box(points: list[float]) -> bool:
    """Four corners whose diagonals meet in their middles, to a hundredth of the picture (rounding, unequal sides)."""
    if len(points) != 8:
        return False
    x, y = points[::2], points[1::2]
    return abs(x[0] + x[2] - x[1] - x[3]) < 0.02 and abs(y[0] + y[2] - y[1] - y[3]) < 0.02


def _enclosing(values: list[float]) -> list[float]:
    x, y = values[1::2], values[2::2]
    w, h = max(x) - min(x), max(y) - min(y)
    return [values[0], min(x) + w / 2, min(y) + h / 2, w, h]
