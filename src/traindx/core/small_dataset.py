"""Small datasets for the examples in check files, and columns from dicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Boxes, Dataset, Images, Rows, Split

_DEFAULTS: dict[str, Any] = {
    "split": "train",
    "label_state": "labelled",
    "width": 640,
    "height": 480,
    "mode": "RGB",
    "format": "JPEG",
    "orientation": 1,
    "damage": "",
    "line": 1,
    "class_id": 0.0,
    "x": 0.5,
    "y": 0.5,
    "w": 0.2,
    "h": 0.2,
    "id": -1,
    "text": "",
    "reason": "",
    "kind": "malformed",
    "recorded_width": 0,
    "recorded_height": 0,
    "file_size": 50_000,
    "content": 0,
    "phash": 0,
    "brightness": 0.5,
    "contrast": 0.2,
    "saturation": 0.3,
    "sharpness": 0.5,
    "thumb": (128,) * 48,
}


_DTYPES: dict[str, Any] = {
    "Strings": object,
    "Ints": np.int64,
    "Floats": np.float64,
    "Hashes": np.uint64,
    "Thumbs": np.uint8,
}


def columns(kind: type[Any], rows: Iterable[Mapping[str, Any]]) -> Any:
    """`Images`, `Boxes` or `Rows` from dicts; a field that a dict leaves out gets a harmless default."""
    entries = list(rows)
    made: dict[str, NDArray[Any]] = {}
    for column in fields(kind):
        default = -1 if kind is Images and column.name == "class_id" else _DEFAULTS.get(column.name, "")
        values = [entry.get(column.name, default) for entry in entries]
        array = np.array(values, dtype=_DTYPES[str(column.type)])
        made[column.name] = array.reshape(-1, 48) if column.name == "thumb" else array
    return kind(**made)


def dataset_of(
    images: Sequence[Mapping[str, Any]],
    boxes: Sequence[Mapping[str, Any]] = (),
    *,
    names: Sequence[str] = ("cat", "dog"),
    rows: Sequence[Mapping[str, Any]] = (),
    root: str = "/data",
    **more: Any,
) -> Dataset:
    """A small dataset from dicts, for examples: `dataset_of([{"path": "a.jpg"}], [{"image": 0, "class_id": 2}])`.

    A box's or row's label path defaults to `labels/<picture's stem>.txt`, and every split named by a picture exists.
    """
    full_images = [{"label_path": f"{root}/{_label_of(i['path'])}", **i} for i in images]
    splits = dict.fromkeys(str(i.get("split", "train")) for i in full_images)
    return Dataset(
        **{
            "root": root,
            "source": f"{root}/data.yaml",
            "format": "yolo",
            "task": "detect",
            "names": dict(enumerate(names)),
            "splits": tuple(Split(s, f"images/{s}", f"{root}/images/{s}", f"{root}/labels/{s}") for s in splits),
            "images": columns(Images, full_images),
            "boxes": columns(Boxes, [{"label_path": _label_of(images[b["image"]]["path"]), **b} for b in boxes]),
            "rows": columns(Rows, [{"label_path": _label_of(images[r["image"]]["path"]), **r} for r in rows]),
            **more,
        }
    )


def _label_of(path: str) -> str:
    return f"labels/{Path(path).stem}.txt"
