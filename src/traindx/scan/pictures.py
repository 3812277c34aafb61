"""What was measured of picture files, as columns, and how they become the dataset's `Images`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Images, Ints, Pictures, Strings

NO_THUMB = bytes(48)


class PictureFacts(NamedTuple):
    """What one picture file is; the fields are those of `Pictures`, where they are explained."""

    width: int = 0
    height: int = 0
    mode: str = ""
    format: str = ""
    orientation: int = 1
    damage: str = ""
    file_size: int = 0
    content: int = 0
    phash: int = 0
    brightness: float = float("nan")
    contrast: float = float("nan")
    saturation: float = float("nan")
    sharpness: float = float("nan")
    thumb: bytes = NO_THUMB
    quirks: str = ""


_DTYPES: dict[str, Any] = {
    "Ints": np.int64,
    "Floats": np.float64,
    "Hashes": np.uint64,
    "Strings": object,
}


def pictures_of(facts: Iterable[PictureFacts]) -> Pictures:
    """Columns from facts, one entry each, in order."""
    rows = list(facts)
    made: dict[str, NDArray[Any]] = {}
    for n, column in enumerate(fields(Pictures)):
        if column.name == "thumb":
            joined = b"".join(row.thumb for row in rows)
            made["thumb"] = np.frombuffer(joined, dtype=np.uint8).reshape(-1, 48)
            continue
        made[column.name] = np.fromiter((row[n] for row in rows), dtype=_DTYPES[str(column.type)], count=len(rows))
    return Pictures(**made)


def objects(values: Sequence[str]) -> Strings:
    """A column of words."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def unmeasured(count: int) -> Pictures:
    """Columns for pictures that nobody looked at: neutral values, which take no memory whatever their number."""
    one = pictures_of([PictureFacts()])
    columns = {f.name: getattr(one, f.name) for f in fields(Pictures)}
    return Pictures(**{name: np.broadcast_to(c[:1], (count, *c.shape[1:])) for name, c in columns.items()})


def joined(parts: Sequence[Pictures]) -> Pictures:
    """The parts, one after the other. A column that holds one value throughout takes no memory."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return pictures_of(())
    return Pictures(**{f.name: _joined([getattr(part, f.name) for part in filled]) for f in fields(Pictures)})


def _joined(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    one = columns[0][:1]
    nan = one.dtype.kind == "f"
    if all(np.array_equal(column, np.broadcast_to(one, column.shape), equal_nan=nan) for column in columns):
        return np.broadcast_to(one, (sum(map(len, columns)), *one.shape[1:]))
    return np.concatenate(columns)


def images_of(
    pictures: Pictures,
    *,
    path: Strings,
    split: Strings,
    label_path: Strings,
    label_state: Strings,
    class_id: Ints | None = None,
    recorded_width: Ints | None = None,
    recorded_height: Ints | None = None,
) -> Images:
    """`Images` whose entries are those of `pictures`; columns that a format does not have get their neutral value."""
    n = len(path)
    measured = {f.name: getattr(pictures, f.name) for f in fields(Pictures)}
    return Images(
        path=path,
        split=split,
        label_path=label_path,
        label_state=label_state,
        class_id=np.full(n, -1, dtype=np.int64) if class_id is None else class_id,
        recorded_width=np.zeros(n, dtype=np.int64) if recorded_width is None else recorded_width,
        recorded_height=np.zeros(n, dtype=np.int64) if recorded_height is None else recorded_height,
        **measured,
    )
