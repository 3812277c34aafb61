"""TensorBoard event files: scalars by tag, decoded here because the tensorboard package is large and often absent.

A file is a sequence of records: length (8 bytes, little endian), checksum (4), protocol-buffer message, checksum (4). The
message is tensorflow.Event: step is field 2, summary field 5; a summary's values (field 1) hold tag (1), simple_value (2)
or a tensor (8) with float_val (5) or tensor_content (4). Source: tensorflow/core/util/event.proto, framework/summary.proto.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.errors import TraindxError
from traindx.readers import names, ultralytics
from traindx.readers.protobuf import fields
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares
from traindx.readers.windows import by_validation


def read_events(path: Path) -> Facts | None:
    """`history` from the event files of a folder, or from one; None if there are none, or in the folder no known scalar.

    Raises `TraindxError` for a file without one.
    """
    files = sorted(path.glob("*tfevents*")) if path.is_dir() else [path] if "tfevents" in path.name else []
    steps: dict[int, dict[str, float]] = {}
    for file in files:
        for step, tag, value in scalars(file):
            steps.setdefault(step, {})[tag] = value
    for file in sorted(path.glob("*/*tfevents*")):  # a folder for each series of add_scalars: Loss_train, Loss_val
        for step, tag, value in scalars(file):
            quantity, _, split = file.parent.name.rpartition("_")
            name = f"{tag}/{split}" if quantity == tag.replace("/", "_") else f"{file.parent.name}/{tag}"
            steps.setdefault(step, {}).setdefault(name, value)
    rows, notes = by_validation(_rows(steps))
    rows, scaled = as_shares(rows)
    if not any(name.partition("/")[0] in ("train", "val", "metric") for row in rows for name in row):
        if path in files:
            raise TraindxError(
                f"{path} holds no loss and no metric", "the run ended before it logged any, or logs others"
            )
        return None
    return {"history": history_of(rows, source=str(path), tool="TensorBoard", notes=[*notes, *scaled])}


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
        event = list(fields(message))
        step = next((value for number, value in event if number == 2 and isinstance(value, int)), 0)
        for summary in (value for number, value in event if number == 5 and isinstance(value, bytes)):
            for number, value in fields(summary):
                if number == 1 and isinstance(value, bytes) and (scalar := _scalar(value)) is not None:
                    yield step, *scalar


def _scalar(message: bytes) -> tuple[str, float] | None:
    """Tag and value of a Summary.Value; None if it is no scalar."""
    tag, found = "", None
    for number, value in fields(message):
        if not isinstance(value, bytes):
            continue
        if number == 1:
            tag = value.decode("utf-8", "replace")
        elif number == 2:
            found = value
        elif number == 8:
            found = next((v for n, v in fields(value) if n in (4, 5) and isinstance(v, bytes) and len(v) == 4), None)
    return (tag, struct.unpack("<f", found)[0]) if tag and found is not None else None


def _rows(steps: dict[int, dict[str, float]]) -> list[Row]:
    """A row per step that has known scalars. An `epoch` scalar beside the steps (Lightning) is the epoch."""
    rows: list[Row] = []
    written = Counter(tag for values in steps.values() for tag in values)
    tested = names.tests_in_place_of_validation(written)
    for step in sorted(steps):
        row: Row = {"step": float(step)}
        for tag, value in steps[step].items():
            name = tested[tag] if tag in tested and written[tag] > 1 else names.split_first(tag)
            known = ultralytics.meaning(tag) or names.meaning(name)
            if known is not None and known != "seconds":
                row[known] = value
        rows += [row] if len(row) > 1 else []
    return rows
