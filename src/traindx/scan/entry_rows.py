"""Entries of json and xml that are no plain box, collected while reading, and how they become the dataset's `Rows`."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from traindx.core.dataset import Rows
from traindx.scan.pictures import objects

TEXT = 120
"""Characters of what a file holds that are shown."""


class Entry(NamedTuple):
    """One entry that is not plainly a box. `picture` indexes the pictures of the same reader, -1 where there is none."""

    label_path: str
    line: int
    kind: str
    reason: str
    text: str = ""
    picture: int = -1


def rows_of(entries: Sequence[Entry]) -> Rows:
    """The entries as columns, in order."""
    return Rows(
        label_path=objects([entry.label_path for entry in entries]),
        line=np.array([entry.line for entry in entries], dtype=np.int64),
        text=objects([entry.text for entry in entries]),
        reason=objects([entry.reason for entry in entries]),
        kind=objects([entry.kind for entry in entries]),
        image=np.array([entry.picture for entry in entries], dtype=np.int64),
    )


def shown(value: object) -> str:
    """A value of a file as one short line that any terminal can show."""
    text = value if isinstance(value, str) else reprlib.repr(value)
    plain = "".join(c if c.isprintable() else "?" for c in text.encode("utf-8", "replace").decode())
    return plain if len(plain) <= TEXT else plain[: TEXT - 3] + "..."
