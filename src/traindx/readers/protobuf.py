"""Protocol-buffer messages as numbered fields, without their schema: https://protobuf.dev/programming-guides/encoding/."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

Field: TypeAlias = tuple[int, int | bytes]


def fields(message: bytes) -> Iterator[Field]:
    """Number and content of each field of a protocol-buffer message: varints as int, everything else as bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if kind not in (1, 2, 5):  # groups: none in these messages, so this is none
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
