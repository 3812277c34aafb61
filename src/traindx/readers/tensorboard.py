"""TensorBoard event files: scalars by tag, decoded here because the tensorboard package is large and often absent.

A file is a sequence of records: length (8 bytes, little endian), checksum (4), protocol-buffer message, checksum (4). The
message is tensorflow.Event: step is field 2, summary field 5; a summary's values (field 1) hold tag (1), simple_value (2)
or a tensor (8) with float_val (5) or tensor_content (4). Source: tensorflow/core/util/event.proto, framework/summary.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.readers import names, ultralytics
from traindx.readers.reader import Reader
from traindx.readers.table import Row

Field: TypeAlias = tuple[int, int | bytes]


def read_events(path: Path) -> Facts | None:
    """`history` from the event files of a folder, or from one; None if there are none, or none with known scalars."""
    files = sorted(path.glob("*tfevents*")) if path.is_dir() else [path] if "tfevents" in path.name else []
    steps: dict[int, dict[str, float]] = {}
    for file in files:
        for step, tag, value in scalars(file):
            steps.setdefault(step, {})[tag] = value
    rows = _rows(steps)
    if not any(name.partition("/")[0] in ("train", "val", "metric") for row in rows for name in row):
        return None
    return {"history": history_of(rows, source=str(path), tool="TensorBoard")}


TENSORBOARD = Reader("TensorBoard", "a folder with an events.out.tfevents file, or that file", read_events, 20)


def scalars(file: Path) -> Iterator[tuple[int, str, float]]:
    """Step, tag and value of every scalar of an event file; a last record cut by a kill is left out."""
    data = file.read_bytes()
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        message = data[at + 12 : at + 12 + length]
        if len(message) < length:
            return
        at += 16 + length
        event = list(_fields(message))
        step = next((value for number, value in event if number == 2 and isinstance(value, int)), 0)
        for summary in (value for number, value in event if number == 5 and isinstance(value, bytes)):
            for number, value in _fields(summary):
                if number == 1 and isinstance(value, bytes) and (scalar := _scalar(value)) is not None:
                    yield step, *scalar


def _scalar(message: bytes) -> tuple[str, float] | None:
    """Tag and value of a Summary.Value; None if it is no scalar."""
    tag, found = "", None
    for number, value in _fields(message):
        if not isinstance(value, bytes):
            continue
        if number == 1:
            tag = value.decode("utf-8", "replace")
        elif number == 2:
            found = value
        elif number == 8:
            found = next((v for n, v in _fields(value) if n in (4, 5) and isinstance(v, bytes) and len(v) == 4), None)
    return (tag, struct.unpack("<f", found)[0]) if tag and found is not None else None


def _fields(message: bytes) -> Iterator[Field]:
    """Number and content of each field of a protocol-buffer message: varints as int, everything else as bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if kind not in (1, 2, 5):  # groups: none in these messages, so this is no event
            return
        length, at = _varint(message, at) if kind == 2 else (8 if kind == 1 else 4, at)
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while at < len(message):
        byte = message[at]
        at += 1
        result |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
    return result, at


def _rows(steps: dict[int, dict[str, float]]) -> list[Row]:
    """A row per epoch. Where an `epoch` scalar is written beside the steps (Lightning), it gives the epoch; else the step does."""
    rows: dict[float, Row] = {}
    for step in sorted(steps):
        tags = steps[step]
        row = rows.setdefault(tags.get("epoch", float(step)), {"epoch": tags.get("epoch", float(step))})
        for tag, value in tags.items():
            known = ultralytics.meaning(tag) or names.meaning(tag)
            if known not in (None, "epoch", "seconds"):
                row[str(known)] = value
    return [row for row in rows.values() if len(row) > 1]
