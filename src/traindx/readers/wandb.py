"""Weights & Biases, offline: the .wandb file of a run's folder, with config.yaml beside it; no account, no network.

The file is a log as LevelDB writes it: seven bytes of header, blocks of 32 KiB, in them pieces of checksum (4), length (2),
type (1: whole, 2: first, 3: middle, 4: last) and data. Each record is a protocol-buffer `Record`: its history (field 2)
holds items (1) of a key (1) or a nested key (2) and the value as JSON (16). Source: wandb/proto/wandb_internal.proto.
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.setup import Setup
from traindx.errors import TraindxError
from traindx.readers import names, ultralytics
from traindx.readers.beside import mapping_in, plan_of
from traindx.readers.protobuf import fields
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares
from traindx.readers.windows import by_validation

BLOCK = 32768


def read_offline(path: Path) -> Facts | None:
    """`history` and `setup` of an offline run; None if the path holds no .wandb file.

    Raises `TraindxError` if the file holds no loss and no metric.
    """
    file = _file_in(path)
    if file is None or not file.is_file():
        return None
    rows, notes = by_validation(list(_rows(file)))
    rows, scaled = as_shares(rows)
    if not any(name.startswith(("train/", "val/", "metric/")) for row in rows for name in row):
        raise TraindxError(f"{file} holds no loss and no metric", "the run ended before it logged anything")
    settings = _settings(file)
    history = history_of(rows, source=str(file), tool="Weights & Biases", notes=[*notes, *scaled], **plan_of(settings))
    return {"history": history, "setup": Setup((), str(file.parent), "pytorch", settings)}


WANDB = Reader("Weights & Biases", "a folder offline-run-* or run-* with its .wandb file", read_offline, 8)


def records(file: Path) -> Iterator[bytes]:
    """The records of a .wandb file; the end of one that was cut short is left out."""
    data = file.read_bytes()
    at, parts = 7, b""
    while at + 7 <= len(data):
        room = BLOCK - at % BLOCK
        if room < 7:
            at += room
            continue
        length, kind = struct.unpack_from("<HB", data, at + 4)
        piece = data[at + 7 : at + 7 + length]
        if kind not in (1, 2, 3, 4) or len(piece) < length:
            return
        parts = piece if kind in (1, 2) else parts + piece
        if kind in (1, 4):
            yield parts
        at += 7 + length


def _file_in(path: Path) -> Path | None:
    if not path.is_dir():
        return path if path.suffix == ".wandb" else None
    found = [p for pattern in ("*.wandb", "*run-*/*.wandb", "wandb/*run-*/*.wandb") for p in path.glob(pattern)]
    own = [p for p in found if p.parent == path]
    return max(own or found, key=lambda p: p.parent.name, default=None)


def _rows(file: Path) -> Iterator[Row]:
    logged = [
        dict(_items(history))
        for record in records(file)
        for number, history in fields(record)
        if number == 2 and isinstance(history, bytes)
    ]
    written = Counter(name for values in logged for name in values)
    tested = names.tests_in_place_of_validation(written)
    meanings = {name: _meaning(tested.get(name, name) if written[name] > 1 else name) for name in written}
    for values in logged:
        row: Row = {known: value for name, value in values.items() if (known := meanings[name]) is not None}
        if len(row) > 1:
            yield row


def _meaning(name: str) -> str | None:
    if name == "_step":
        return "step"
    known = ultralytics.meaning(name) or names.meaning(names.split_first(name))
    return None if known == "seconds" else known


def _items(history: bytes) -> Iterator[tuple[str, float]]:
    for number, item in fields(history):
        if number != 1 or not isinstance(item, bytes):
            continue
        words, value = [], None
        for part, content in fields(item):
            if part in (1, 2) and isinstance(content, bytes):
                words.append(content.decode("utf-8", "replace"))
            elif part == 16 and isinstance(content, bytes):
                value = _number(content)
        name = "/".join(word for word in words if word)
        if name and value is not None:
            yield name, value


def _number(content: bytes) -> float | None:
    """A number as JSON has it; nan and infinities stand there as words."""
    try:
        value = json.loads(content)
        return None if isinstance(value, (bool, list, dict)) or value is None else float(value)
    except (ValueError, RecursionError):
        return None


def _settings(file: Path) -> dict[str, Any]:
    """The run's config: in its record (field 17, in it 4) and in changes to it (5), each with items (1) as in a history.

    config.yaml beside it, `{name: {value: ...}}`, counts where it is. What the tool keeps for itself is left out.
    """
    found: dict[str, Any] = {}
    for record in records(file):
        for number, content in fields(record):
            if number == 17 and isinstance(content, bytes):
                found |= {k: v for n, c in fields(content) if n == 4 and isinstance(c, bytes) for k, v in _config(c)}
            elif number == 5 and isinstance(content, bytes):
                found |= dict(_config(content))
    given = mapping_in(file.parent / "files" / "config.yaml")
    found |= {k: v["value"] for k, v in given.items() if isinstance(v, dict) and "value" in v}
    return {k: v for k, v in found.items() if not k.startswith("_")}


def _config(content: bytes) -> Iterator[tuple[str, Any]]:
    for item in (c for number, c in fields(content) if number == 1 and isinstance(c, bytes)):
        parts = {number: c for number, c in fields(item) if isinstance(c, bytes)}
        try:
            yield parts.get(1, parts.get(2, b"")).decode("utf-8", "replace"), json.loads(parts[16])
        except (KeyError, ValueError, RecursionError):  # a setting that is no JSON is left out
            continue
