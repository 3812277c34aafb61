"""The batch of a loop that cuts it by hand, without a loader: what the line that calls the network has at hand under its names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from types import FrameType
from typing import Any

from traindx.recorder.contents import mapping, sequence
from traindx.recorder.source import Frames

NAMES, OUTWARD, MOST = 400, 3, 256
"""Names of a frame that are looked at, the user's frames outward from the call, and samples of a batch."""
LARGEST = 1 << 14
"""Numbers of an array that is taken over as a tensor."""
NEW = 0.75
"""Share of the looks at which a name must have held another value than before: data sets stay, batches do not, and what
a validation left under its name is new once an epoch (a guess)."""


class CutByHand:
    """Reads names and changes nothing. Only where reading them leaves nothing behind: in a module's or notebook's own code, whose
    names are a plain dict, and from Python 3.13 on (PEP 667). Before, reading a function's names would keep their values alive.
    """

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._looks = 0
        self._last: dict[tuple[Any, str], int] = {}
        self._changed: dict[tuple[Any, str], int] = {}
        self._step = -1
        self._found: dict[str, Any] | None = None

    def batch(self, torch: Any, step: int, images: int) -> dict[str, Any] | None:
        """Values that were made for this step and hold something for each of so many samples; arrays as tensors."""
        if step != self._step:
            self._step = step
            self._found = self._look(torch, images) if 1 < images <= MOST else None
        return self._found

    def _look(self, torch: Any, images: int) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        self._looks += 1
        for code, names in self._names():
            for name, value in islice(list(names.items()), NAMES):
                if type(name) is not str or name.startswith("_") or not _has(torch, value, images):
                    continue
                key = code, name
                self._changed[key] = self._changed.get(key, 0) + (self._last.get(key, id(value)) != id(value))
                is_new = key in self._last and self._last[key] != id(value)
                self._last[key] = id(value)
                if is_new and self._changed[key] >= NEW * (self._looks - 1) and name not in found:
                    found[name] = _as_tensors(torch, value)
        return found or None

    def _names(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        frame: FrameType | None = sys._getframe(1)
        seen = 0
        while frame is not None and seen < OUTWARD:
            if self._frames.is_user(frame.f_code.co_filename):
                seen += 1
                if frame.f_code.co_name == "<module>" or sys.version_info >= (3, 13):
                    yield frame.f_code, frame.f_locals
            frame = frame.f_back


def _has(torch: Any, value: Any, images: int) -> bool:
    """Whether a value can hold something for each sample: a tensor or an array of numbers, or a list."""
    if type(value) is torch.Tensor:
        given = value.is_floating_point() and not value.requires_grad and value.dim() > 1
        return bool(given and (value.shape[0] == images or value.dim() == 2))
    if _is_array(value):
        return bool(value.dtype.kind == "f" and value.ndim > 1 and (len(value) == images or value.ndim == 2))
    listed = sequence(value)
    return listed is not None and len(listed) == images


def _as_tensors(torch: Any, value: Any, depth: int = 2) -> Any:
    if _is_array(value):
        own = value.dtype.isnative and all(stride > 0 for stride in value.strides) and value.flags.writeable
        small = own and value.dtype.kind in "fi" and value.ndim and value.size <= LARGEST
        return torch.from_numpy(value).clone() if small else value
    named, listed = mapping(value), sequence(value)
    if depth and named is not None:
        return {k: _as_tensors(torch, v, depth - 1) for k, v in islice(named.items(), 16)}
    if depth and listed is not None:
        return [_as_tensors(torch, v, depth - 1) for v in listed[:MOST]]
    return value


def _is_array(value: Any) -> bool:
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ == "ndarray"
