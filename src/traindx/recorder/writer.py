"""Writes the lines of a recording: append-only JSON, one object a line (the kinds are in `traindx.core.recording`).

Each write hands whole lines to the system at once and keeps no buffer, so that a kill cuts at most the last line.
A number that is not finite is written as NaN, Infinity or -Infinity, as Python's own json module writes and reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ENCODED = json.JSONEncoder(separators=(",", ":"), default=str).encode
"""One encoder for all lines: `json.dumps` would make one for each."""


THIN_FROM = 48 << 20
MOST_BYTES = 64 << 20
"""Bytes of a file after which few of its lines are written, and after which only how the training ends is. What is written
at every step is thinned where it is made: these are for what nobody has thought of."""
KEPT = ("model", "optimizer", "event", "end")
ENDS = ("end", "exception")
ONE_IN = 20
"""Of the lines of other kinds in a file of 48 MiB."""


class Lost(OSError):
    """The file's descriptor is closed, or another file's by now: the program has closed all that it did not know."""


class Writer:
    """Writes `rank-N.jsonl` in `folder`, or `rank-N.2.jsonl` and so on where that exists. Raises `OSError`, and `Lost`."""

    def __init__(self, folder: Path, rank: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self._file = _create(folder, rank)
        found = os.fstat(self._file)
        self._identity = found.st_dev, found.st_ino
        self._passed, self._told = 0, False

    def write(self, *lines: Mapping[str, Any]) -> None:
        """Append lines, each with its `kind`."""
        size = self._size()
        if size >= THIN_FROM:
            lines = tuple(self._thinned(lines, size))
        text = "".join(ENCODED(line) + "\n" for line in lines)
        data = text.encode()
        while data:
            data = data[os.write(self._file, data) :]

    def _size(self) -> int:
        """Bytes written; raises `Lost` where the descriptor is not the file's any more."""
        try:
            found = os.fstat(self._file)
        except OSError as error:
            raise Lost(*error.args) from None
        if (found.st_dev, found.st_ino) != self._identity:
            raise Lost("the descriptor is another file's")
        return found.st_size

    def _thinned(self, lines: Iterable[Mapping[str, Any]], size: int) -> Iterator[Mapping[str, Any]]:
        for line in lines:
            if not self._told:
                self._told = True
                at = {"step": line.get("step", 0), "time": line.get("time", 0.0)}
                yield {"kind": "event", "event": "thinned", **at, "bytes": size, "one_in": ONE_IN}
            self._passed += 1
            ends = line["kind"] in ENDS or line.get("event") in ENDS
            if ends or (size < MOST_BYTES and (line["kind"] in KEPT or self._passed % ONE_IN == 0)):
                yield line

    def close(self) -> None:
        """Close the file; a second call does nothing, and a descriptor that is another file's is left open."""
        if self._file >= 0:
            self._size()
            os.close(self._file)
            self._file = -1


def _create(folder: Path, rank: int) -> tuple[Path, int]:
    number = 1
    while True:
        path = folder / (f"rank-{rank}.jsonl" if number == 1 else f"rank-{rank}.{number}.jsonl")
        try:
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
            return path, os.open(path, flags, 0o644)
        except FileExistsError:
            number += 1
