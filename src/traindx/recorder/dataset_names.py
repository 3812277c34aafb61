"""The file of each sample of a dataset, where the dataset says so: torchvision, timm, Ultralytics, COCO, subsets of these."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

LISTS = ("samples", "imgs", "im_files", "img_files", "images", "image_paths", "files", "filenames", "paths")
"""Attributes that hold a path, or a tuple that begins with one, for each sample."""
DEEPEST = 8


def names_of(dataset: Any, indices: Sequence[Any]) -> list[str]:
    """The file names of samples, empty where they are not known; only attributes are read, nothing is loaded."""
    try:
        return [_name(dataset, int(index), DEEPEST) or "" for index in indices]
    except (TypeError, ValueError, LookupError):
        return []


def _name(dataset: Any, index: int, depth: int) -> str | None:
    own = getattr(dataset, "__dict__", {})
    inner = own.get("dataset")
    if depth == 0:
        return None
    if "indices" in own and inner is not None:  # torch.utils.data.Subset
        return _name(inner, int(own["indices"][index]), depth - 1)
    if "datasets" in own and "cumulative_sizes" in own:  # ConcatDataset
        starts = [0, *own["cumulative_sizes"]]
        part = next((i for i, end in enumerate(starts[1:]) if index < end), None)
        return None if part is None else _name(own["datasets"][part], index - starts[part], depth - 1)
    if "coco" in own and "ids" in own:  # torchvision's CocoDetection
        return str(own["coco"].imgs[own["ids"][index]]["file_name"])
    for name in LISTS:
        held = own.get(name)
        if isinstance(held, (list, tuple)) and len(held) > index:
            first = held[index]
            first = first[0] if isinstance(first, tuple) and first else first
            if isinstance(first, (str, os.PathLike)):
                return os.fspath(first)
    for wrapped in (own.get("reader"), inner, own.get("base_dataset")):  # timm's readers; wrappers of all kinds
        if wrapped is not None and wrapped is not dataset:
            return _name(wrapped, index, depth - 1)
    return None
