"""The targets of a loop that cuts its batches by hand, without a loader: what the line that calls the network has under a name."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import islice
from typing import Any

from traindx.recorder.source import Frames

NAMES, MOST = 400, 256
"""Names of a frame that are looked at, and samples of a batch."""
NEW = 0.75
"""Share of the looks at which a name must have held another value than before: data sets stay, batches do not, and what
a validation left under its name is new once an epoch (a guess)."""


class CutByHand:
    """Reads names and changes nothing. Only where reading them leaves nothing behind: in a module's or notebook's own code, whose
    names are a plain dict, and from Python 3.13 on (PEP 667). Before, reading a function's names would keep their values alive.

    Looked at is the frame that calls the network alone: pictures may still be flipped between another one and the call. Boxes
    are left out: those that lie beside the call may be as they were before an augmentation that went into the targets.
    """

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._looks = 0
        self._last: dict[tuple[Any, str], int] = {}
        self._changed: dict[tuple[Any, str], int] = {}

    def maps(self, torch: Any, images: int) -> list[Any]:
        """Tensors [images, ., ., ...] that were made for this step and need no gradient, the one whose name came last first: what
        is made of another value is bound after it."""
        code, names = self._names()
        self._looks += 1
        found: list[Any] = []
        for name, value in islice(list(names.items()), NAMES):
            if type(name) is not str or name.startswith("_") or not _is_map(torch, value, images):
                continue
            key = code, name
            is_new = self._last.get(key, id(value)) != id(value)
            self._changed[key] = self._changed.get(key, 0) + is_new
            self._last[key] = id(value)
            if is_new and self._changed[key] >= NEW * (self._looks - 1):
                found.append(value)
        return found[::-1]

    def _names(self) -> tuple[Any, Mapping[str, Any]]:
        frame = self._frames.user_frame(sys._getframe(1))
        if frame is None or not self._frames.is_user(frame.f_code.co_filename):
            return None, {}
        reads = frame.f_code.co_name == "<module>" or sys.version_info >= (3, 13)
        return frame.f_code, frame.f_locals if reads else {}


def _is_map(torch: Any, value: Any, images: int) -> bool:
    if type(value) is not torch.Tensor or not 2 <= images <= MOST:
        return False
    return bool(
        3 <= value.dim() <= 5 and value.shape[0] == images and value.is_floating_point() and not value.requires_grad
    )
