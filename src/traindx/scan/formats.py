"""Tells which format a dataset has, and gives its reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from traindx.core.dataset import Dataset
from traindx.scan.pictures import Pictures

Measure: TypeAlias = Callable[[Sequence[str]], Pictures]
"""Looks at pictures, given as absolute paths."""

Reader: TypeAlias = Callable[[Measure], Dataset]
"""Reads a dataset whose description was found; takes what looks at its pictures."""


def reader_of(data: Path, pictures: str | None = None) -> Reader:
    """The reader of the dataset at `data`; `pictures` is the folder of its pictures, where it was given.

    Raises `TraindxError` if there is no such path or it is no dataset of a known format.
    """
    from traindx.scan.settings import find_settings
    from traindx.scan.yolo import read_yolo

    settings = find_settings(data)
    return lambda measure: read_yolo(settings, measure)
