"""Reads label files by folder and has them parsed, a batch at a time, so that memory does not grow with their number."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traindx.core.dataset import LabelState
from traindx.scan.labels import BATCH, Parsed, joined_parts, parse_batch

MAX_BYTES = 16_000_000
"""A label file above this is not read: half a million boxes in one picture are no labels."""

AT_ONCE = 4096
"""Bytes asked for first: nearly every label file ends before; a larger buffer costs more to allocate than to fill."""

FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe in place of a label does not keep the scan waiting."""


@dataclass(frozen=True)
class LabelFiles:
    """Label files by path: the state of each, what those that exist hold, and how many of them were read in each folder."""

    paths: list[str]
    states: list[LabelState]
    parsed: Parsed
    read: Mapping[str, int]


def read_label_files(paths: list[str], keypoint_fields: int) -> LabelFiles:
    """The label files at `paths`, absolute, each once; `keypoint_fields` as in `labels.parse`."""
    states: list[LabelState] = []
    read = Counter[str]()
    parts = []
    for first in range(0, len(paths), BATCH):
        contents: list[bytes] = []
        _read(paths[first : first + BATCH], contents, states, read)
        parts.append(parse_batch(contents, first, keypoint_fields))
    return LabelFiles(paths, states, joined_parts(parts), read)


def _read(paths: Sequence[str], contents: list[bytes], states: list[LabelState], read: Counter[str]) -> None:
    """Append what each file holds and its state, and count it in its folder.

    Opening by name in an open folder takes half the time of opening by path.
    """
    here, handle, count = "", None, 0
    opened, take, close = os.open, os.read, os.close  # looked up once: this is done for every file
    try:
        for path in paths:
            folder, _, name = path.rpartition(os.sep)
            if folder != here:
                read[here] += count
                here, handle, count = folder, _entered(folder, handle), 0
            state: LabelState = "labelled"
            try:
                file = opened(path if handle is None else name, FLAGS, dir_fd=handle)
                try:
                    data = take(file, AT_ONCE)
                    if len(data) == AT_ONCE:
                        data += _rest(file)
                        if len(data) > MAX_BYTES:
                            data, state = b"", "unreadable"
                finally:
                    close(file)
                count += 1
                if state == "labelled" and (not data or data.isspace()):
                    state = "background"
            except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
                data, state = b"", "missing"
            except OSError:
                data, state = b"", "unreadable"
            contents.append(data)
            states.append(state)
        read[here] += count
    finally:
        _entered("", handle)


def _entered(folder: str, before: int | None) -> int | None:
    """Leave one folder and open another; None where that cannot be, and files are opened by path."""
    if before is not None:
        os.close(before)
    if not folder or os.open not in os.supports_dir_fd:
        return None
    try:
        return os.open(folder, os.O_RDONLY)
    except (OSError, ValueError):
        return None


def _rest(file: int) -> bytes:
    """What follows, up to the limit."""
    parts = []
    size = 0
    while size <= MAX_BYTES and (part := os.read(file, 1 << 20)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
