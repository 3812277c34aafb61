"""The capsule: one file with what is needed to do one bad step again. Reading it runs no code, whoever wrote it.

The file has the form of safetensors (https://github.com/huggingface/safetensors#format): the length of the head as 8 bytes,
little-endian; the head as JSON, which gives each tensor's dtype, shape and place; then the tensors' bytes. The facts stand as
JSON under `__metadata__`, in the key `traindx_capsule`. Names of tensors: `state/NAME` (parameters and buffers as the module
names them), `batch/I/PATH` (what the loader handed out; I counts the batches of the step), `argument/PATH` (what the root
received), `target/0` (what the loss function received), `random/cpu`, `random/cuda`.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traindx.errors import TraindxError

SCHEMA = 1
KEY = "traindx_capsule"
SIZES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "U8": 1, "I8": 1, "BOOL": 1}
"""Bytes of an element of each dtype, by its name in the file."""
LONGEST_HEAD = 1 << 26


@dataclass(frozen=True)
class Entry:
    """A tensor in the file: dtype as in `SIZES`, shape, and where its bytes begin and end behind the head."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Packed:
    """A tensor to be written: its name, dtype as in `SIZES`, shape, and its bytes in row-major order."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    data: Any


@dataclass(frozen=True)
class Capsule:
    """A capsule that was opened: its facts, and where each tensor lies.

    `facts` holds schema, step, what (loss, gradient, jump, exception, or exit: the code left before
    the backward pass), rank, command, cwd, model, training, state_step (the
    step before which the weights in `state` were taken; null without any), poisoned (parameters and buffers that were not
    finite already), samples (file names, where the batch named them), losses (the last ones before), left_out.
    """

    path: str
    facts: Mapping[str, Any]
    entries: Mapping[str, Entry]
    start: int

    @property
    def step(self) -> int:
        """The bad step."""
        return int(self.facts.get("step") or 0)

    def read(self, name: str) -> bytes:
        """The bytes of a tensor. Raises `KeyError` if there is none of this name."""
        entry = self.entries[name]
        with Path(self.path).open("rb") as file:
            file.seek(self.start + entry.begin)
            return file.read(entry.end - entry.begin)

    def below(self, prefix: str) -> dict[str, Entry]:
        """The tensors whose name begins with `prefix`, by the rest of their name."""
        return {name[len(prefix) :]: entry for name, entry in self.entries.items() if name.startswith(prefix)}


def write_capsule(path: Path, facts: Mapping[str, Any], tensors: Iterable[Packed]) -> None:
    """Write a capsule, whole or not at all. Raises `OSError`."""
    tensors = list(tensors)
    head: dict[str, Any] = {"__metadata__": {KEY: json.dumps({"schema": SCHEMA, **facts}, default=str)}}
    at = 0
    for tensor in tensors:
        size = SIZES[tensor.dtype] * math.prod(tensor.shape)
        head[tensor.name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    beside = path.with_name(path.name + f".{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(len(text).to_bytes(8, "little"))
            file.write(text)
            for tensor in tensors:
                file.write(tensor.data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def open_capsule(path: str | Path) -> Capsule:
    """Read the head of a capsule. Raises `TraindxError` if the file is none, or is not whole."""
    place = Path(path)
    if place.is_dir():
        found = sorted(place.glob("capsule-*.safetensors"))
        if not found:
            raise TraindxError(f"{place} holds no capsule", "the run had no anomaly, or its capsule was left out", "")
        place = found[0]
    try:
        size = place.stat().st_size
        with place.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            head = json.loads(file.read(length)) if length <= min(LONGEST_HEAD, size - 8) else None
        return _checked(place, head, length + 8, size)
    except OSError as error:
        raise TraindxError(f"{place} cannot be read: {error.strerror or error}", "", "name a capsule's file") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TraindxError(
            f"{place} is no capsule, or not whole", "", "traindx run writes one at a bad step"
        ) from error


def _checked(path: Path, head: Any, start: int, size: int) -> Capsule:
    facts = json.loads(head.pop("__metadata__")[KEY])
    if facts["schema"] != SCHEMA:
        raise ValueError("another schema")
    entries = {str(name): _entry(raw) for name, raw in head.items()}
    for entry in entries.values():
        length = SIZES[entry.dtype] * math.prod(entry.shape)
        if min(entry.shape, default=0) < 0 or not 0 <= entry.begin <= entry.end <= size - start:
            raise ValueError("a tensor lies outside of the file")
        if entry.end - entry.begin != length:
            raise ValueError("a tensor's bytes do not make its shape")
    return Capsule(str(path), facts, entries, start)


def _entry(raw: Mapping[str, Any]) -> Entry:
    begin, end = raw["data_offsets"]
    return Entry(str(raw["dtype"]), tuple(int(n) for n in raw["shape"]), int(begin), int(end))
