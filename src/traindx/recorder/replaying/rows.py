"""Some samples of a batch alone, in the forms that loaders hand out: stacked tensors, lists, boxes that name their picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from traindx.recorder.structure import tensors_of

BY_BOX = ("cls", "bboxes", "batch_idx", "keypoints", "segments")
"""What Ultralytics' batches hold for each box, and not for each picture."""


def samples_of(tensors: Mapping[str, Any]) -> int:
    """How many samples a batch holds, by the paths and shapes of its tensors; 0 where nothing says so."""
    if not tensors:
        return 0
    path, first = next(iter(tensors.items()))
    above = path.rpartition("/")[0]
    if above and first.dim() == 3:
        siblings = [p for p, t in tensors.items() if p.rpartition("/")[0] == above and t.dim() == 3]
        if path.rpartition("/")[2].isdigit() and len(siblings) > 1:
            return len(siblings)
    pictures = [t for t in tensors.values() if t.dim() >= 4]
    if pictures:
        return int(pictures[0].shape[0])
    sizes = Counter(int(t.shape[0]) for t in tensors.values() if t.dim())
    return sizes.most_common(1)[0][0] if sizes else 0


def only_rows(value: Any, rows: Sequence[int], samples: int) -> Any:
    """The structure with these samples alone."""
    if isinstance(value, torch.Tensor):
        return _tensor(value, rows, samples)
    if isinstance(value, Mapping):
        return _mapping(value, rows, samples)
    if isinstance(value, (tuple, list)):
        if len(value) == samples and not _is_columns(value, samples):
            return type(value)(value[row] for row in rows)
        items = [only_rows(item, rows, samples) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return value


def _tensor(tensor: Any, rows: Sequence[int], samples: int) -> Any:
    if tensor.dim() and tensor.shape[0] == samples:
        return tensor[list(rows)]
    by_picture = tensor.dim() == 2 and tensor.shape[1] == 6 and tensor.is_floating_point()
    return _boxes(tensor, tensor[:, 0], rows, column=True) if by_picture else tensor


def _mapping(value: Mapping[Any, Any], rows: Sequence[int], samples: int) -> Any:
    index = value.get("batch_idx")
    boxes = int(index.shape[0]) if isinstance(index, torch.Tensor) and index.dim() else -1
    made: dict[Any, Any] = {}
    for name, item in value.items():
        own = isinstance(item, torch.Tensor) and item.dim() > 0 and item.shape[0] == boxes
        if own and (boxes != samples or name in BY_BOX):
            made[name] = _boxes(item, index, rows, column=name == "batch_idx")
        else:
            made[name] = only_rows(item, rows, samples)
    return made


def _boxes(tensor: Any, index: Any, rows: Sequence[int], *, column: bool) -> Any:
    """The boxes of these pictures; the column that names the picture counts anew."""
    parts = []
    for new, row in enumerate(rows):
        part = tensor[(index == row).reshape(-1)].clone()
        if column and part.dim() == 2 and part.shape[1] > 1:
            part[:, 0] = new
        elif column:
            part.fill_(new)
        parts.append(part)
    return torch.cat(parts)


def _is_columns(value: Sequence[Any], samples: int) -> bool:
    """Whether a list holds whole columns (pictures, classes), and not samples: with two of each both look alike."""
    tensors = tensors_of(torch, list(value))
    if all(isinstance(item, torch.Tensor) and item.dim() == 3 and item.shape[0] in (1, 3, 4) for item in value):
        return False  # pictures, as many as they have channels
    return bool(tensors) and all(t.dim() and t.shape[0] == samples for t in tensors.values())
