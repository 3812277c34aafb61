"""Writes the lines of a recording: append-only JSON, one object a line (the kinds are in `traindx.core.recording`).

Each write hands whole lines to the system at once and keeps no buffer, so that a kill cuts at most the last line.
A number that is not finite is written as NaN, Infinity or -Infinity, as Python's own json module writes and reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ENCODED = json.JSONEncoder(separators=(",", ":"), default=str).encode
"""One encoder for all lines: `json.dumps` would make one for each."""


class Writer:
    """Writes `rank-N.jsonl` in `folder`, or `rank-N.2.jsonl` and so on where that exists. Raises `OSError`."""

    def __init__(self, folder: Path, rank: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self._file = _create(folder, rank)

    def write(self, *lines: Mapping[str, Any]) -> None:
        """Append lines, each with its `kind`."""
        text = "".join(ENCODED(line) + "\n" for line in lines)
        data = text.encode()
        while data:
            data = data[os.write(self._file, data) :]

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._file >= 0:
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
