"""The file of each sample of a dataset, where the dataset says so: torchvision, timm, Ultralytics, COCO, subsets of these."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from traindx.recorder.contents import attributes, is_a, mapping, sequence

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
    own = attributes(dataset)
    inner = own.get("dataset")
    if depth == 0:
        return None
    if "indices" in own and inner is not None:  # torch.utils.data.Subset
        return _name(inner, int(_at(own["indices"], index)), depth - 1)
    if "datasets" in own and "cumulative_sizes" in own:  # ConcatDataset
        starts = [0, *(sequence(own["cumulative_sizes"]) or ())]
        part = next((i for i, end in enumerate(starts[1:]) if index < end), None)
        return None if part is None else _name(_at(own["datasets"], part), index - starts[part], depth - 1)
    if "coco" in own and "ids" in own:  # torchvision's CocoDetection
        pictures = mapping(attributes(own["coco"]).get("imgs")) or {}
        return str((mapping(pictures[_at(own["ids"], index)]) or {})["file_name"])
    for name in LISTS:
        held = sequence(own.get(name)) or ()
        if len(held) > index:
            first: Any = held[index]
            first = first[0] if type(first) is tuple and first else first
            if is_a(first, (str, os.PathLike)):
                return str(os.fspath(first))
    for wrapped in (own.get("reader"), inner, own.get("base_dataset")):  # timm's readers; wrappers of all kinds
        if wrapped is not None and wrapped is not dataset:
            return _name(wrapped, index, depth - 1)
    return None


def _at(held: Any, index: int) -> Any:
    """An item of a list, or of an array of numpy's or torch's; no other container is asked."""
    return held[index] if type(held).__module__ in ("numpy", "torch") else (sequence(held) or ())[index]
