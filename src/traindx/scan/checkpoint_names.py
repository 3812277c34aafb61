"""Reads the class names in a PyTorch checkpoint without loading it: nothing in the file is imported or called."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from traindx.core.pickled import Made, plain_values
from traindx.errors import TraindxError

MAX_BYTES = 2**24
"""A larger index of a checkpoint is not read: that of a model of 100 million weights has less than a megabyte."""

DEPTH = 4
"""Objects in objects that are looked through: Ultralytics and YOLOv5 keep names in checkpoint["model"] or ["ema"]."""

LISTS = ("names", "class_names", "classes")
"""Keys or attributes with names by id, as a list or a mapping; `class_to_idx` has ids by name."""


def checkpoint_names(path: Path) -> dict[int, str]:
    """The class names in a checkpoint (a zip as `torch.save` writes it since 1.6), by id; empty if it holds none.

    Raises `TraindxError` if the file cannot be read or is no such checkpoint.
    """
    if path.is_dir():  # as the Hugging Face Trainer writes it
        return _names_in_config(path / "config.json")
    if path.suffix == ".safetensors":  # tensors alone; the names stand in the folder's config.json
        return _names_in_config(path.with_name("config.json"))
    if not Path(path).is_file():
        raise TraindxError(f"{path}: no such file", hint="give a file that torch.save wrote")
    try:
        with zipfile.ZipFile(path) as archive:
            entry = next((e for e in archive.infolist() if e.filename.rpartition("/")[2] == "data.pkl"), None)
            if entry is None or entry.file_size > MAX_BYTES:
                raise TraindxError(
                    f"{path} holds no data.pkl of a checkpoint", hint="give a file that torch.save wrote"
                )
            content = plain_values(archive.read(entry))
    except (OSError, zipfile.BadZipFile) as error:
        raise TraindxError(f"{path} is no checkpoint: {error}", hint="give a file that torch.save wrote") from error
    return next((found for held in _mappings(content, DEPTH) if (found := _names(held))), {})


def _names_in_config(path: Path) -> dict[int, str]:
    """The names in `id2label`; empty where there is no such file, or no such entry."""
    try:
        held = json.loads(path.read_text(encoding="utf-8")).get("id2label", {})
        return {int(key): str(name) for key, name in held.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _mappings(value: Any, depth: int) -> Iterator[Mapping[Any, Any]]:
    """The mapping of a value and, level by level, those of the values in it."""
    level = [value]
    for _ in range(depth):
        held = [m for v in level for m in (_mapping(v),) if m]
        yield from held
        level = [inner for mapping in held for inner in mapping.values()]


def _mapping(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, Made):
        return value.state if isinstance(value.state, dict) else value.items
    return value if isinstance(value, dict) else {}


def _names(held: Mapping[Any, Any]) -> dict[int, str]:
    for key in LISTS:
        found = held.get(key)
        pairs = enumerate(found) if isinstance(found, list) else found.items() if isinstance(found, dict) else ()
        names = {i: name for i, name in pairs if isinstance(i, int) and isinstance(name, str)}
        if names and found is not None and len(names) == len(found):
            return names
    ids = held.get("class_to_idx")
    pairs = ids.items() if isinstance(ids, dict) else ()
    return {i: name for name, i in pairs if isinstance(i, int) and isinstance(name, str)}
