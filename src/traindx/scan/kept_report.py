"""Keeps the last report on a dataset beside what was measured of its pictures, so that what is unchanged is judged once.

Checks and causes are functions of the facts alone, so that a report is right as long as its facts are: all columns of the
dataset, of predictions and of crops, the settings, what was selected. Their hash, with that of the program, is the key.
What the advice on repairs reads besides are the label files that findings name: their sizes and times are kept too.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from traindx.core.dataset import Dataset
from traindx.core.report import Report
from traindx.scan.cache import folder_of, local_stamps

TOGETHER = 65_536
"""Entries of a column hashed at once: a few megabytes."""


def kept_or_made(name: str, facts: Mapping[str, Any], way: Mapping[str, Any], make: Callable[[], Report]) -> Report:
    """The report that was kept of the same facts under this name, or a new one, which is kept; without a name, a new one."""
    kept = KeptReport(name, facts, way) if name else None
    report = kept.find() if kept is not None else None
    if report is None:
        report = make()
        if kept is not None:
            kept.keep(report)
    return report


class KeptReport:
    """The report on a dataset, by its name in the cache, if it is of these facts and was made by this program in this way."""

    def __init__(self, name: str, facts: Mapping[str, Any], way: Mapping[str, Any]) -> None:
        self._dataset: Dataset = facts["dataset"]
        self._file = folder_of(name, self._dataset.depth) / "report.json"
        self._key = key_of((_program(), facts, way))

    def find(self) -> Report | None:
        """The report, None where there is none that fits. A damaged file is as if it were not there."""
        with suppress(Exception):
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if kept["key"] == self._key and kept["files"] == _stamps(kept["files"]):
                return Report.from_json(kept["report"])
        return None

    def keep(self, report: Report) -> None:
        """Put the report in place of the one before. Where that cannot be, it costs the next examination time."""
        kept = {"key": self._key, "files": _stamps(self._read(report)), "report": report.to_json()}
        part = self._file.with_name(f".{uuid.uuid4().hex}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(kept), encoding="utf-8")
            part.replace(self._file)
        except OSError:
            with suppress(OSError):
                part.unlink()

    def _read(self, report: Report) -> set[str]:
        """Absolute paths of what the advice may have read: files of rows that are no box, and what findings name."""
        named = {str(path) for path in self._dataset.rows.label_path}
        for _, finding in report.findings():
            named |= {path for path in (finding.place.path, finding.place.image) if path}
        return {self._dataset.absolute(path) for path in named}


def _stamps(files: Iterable[str]) -> dict[str, list[Any] | None]:
    paths = sorted(files)
    return {path: stamp and list(stamp) for path, stamp in zip(paths, local_stamps(paths), strict=True)}


def _program() -> list[object]:
    """The sources of traindx by their sizes and times, as pictures are known again; the versions below them."""
    home = Path(__file__).parent.parent
    files = sorted(
        os.path.join(folder, name)  # noqa: PTH118
        for folder, _, names in os.walk(home)
        for name in names
        if name.endswith(".py")
    )
    return [sys.version, np.__version__, files, list(local_stamps(files))]


def key_of(value: object) -> str:
    """A hash of a value made of dataclasses, mappings, sequences, arrays and what `repr` tells apart."""
    hashed = xxhash.xxh3_128()
    _feed(hashed, value)
    return hashed.hexdigest()


def _feed(hashed: xxhash.xxh3_128, value: object) -> None:
    """Each part with its type and length in front, so that no two values give the same bytes."""
    if isinstance(value, np.ndarray):
        _feed_column(hashed, value)
    elif is_dataclass(value):
        names = [field.name for field in fields(value) if field.name != "seconds"]
        _feed_all(hashed, value, [getattr(value, name) for name in names])
    elif isinstance(value, Mapping):
        _feed_all(hashed, value, [part for item in value.items() for part in item])
    elif isinstance(value, (list, tuple)):
        _feed_all(hashed, value, value)
    else:
        text = f"{type(value).__name__} {value!r}"
        hashed.update(f"{len(text)} {text}".encode("utf-8", "surrogatepass"))


def _feed_all(hashed: xxhash.xxh3_128, whole: object, parts: Sequence[object]) -> None:
    hashed.update(f"{type(whole).__name__} {len(parts)} ".encode())
    for part in parts:
        _feed(hashed, part)


def _feed_column(hashed: xxhash.xxh3_128, values: NDArray[Any]) -> None:
    hashed.update(f"array {values.dtype.str} {values.shape} ".encode())
    for start in range(0, len(values), TOGETHER):
        part = values[start : start + TOGETHER]
        if part.dtype == object:
            words = part.tolist()
            hashed.update("".join(words).encode("utf-8", "surrogatepass"))
            part = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        hashed.update(np.ascontiguousarray(part).data)
