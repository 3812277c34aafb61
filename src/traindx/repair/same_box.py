"""Whether a box in a json or xml is still the one that an edit was made for."""

from __future__ import annotations

from traindx.core.edit import Edit
from traindx.errors import TraindxError


def require_same(edit: Edit, axis: int, low: float, high: float) -> None:
    """Raise `TraindxError` unless the side from `low` to `high`, in pixels, has its middle where the edit saw it.

    The picture's size is not known here, so the middle is compared in lengths of the side.
    """
    assert edit.was is not None
    seen, now = edit.was[axis] * (high - low), (low + high) / 2 * edit.was[axis + 2]
    if abs(seen - now) > 1e-6 * max(abs(seen), abs(now), 1e-9):
        raise TraindxError(f"the box at line {edit.line} of {edit.path} is another", "it changed since it was examined")


def frame_of(edit: Edit, axis: int, low: float, high: float) -> float:
    """The side of the picture, in pixels, that the shares of the box from `low` to `high` were taken of.

    By the size of the box; of one without size, as corners read from a width and a height may be, by its middle.
    """
    assert edit.was is not None
    middle, size = edit.was[axis], edit.was[axis + 2]
    if size:
        return (high - low) / size
    if middle:
        return (low + high) / 2 / middle
    raise TraindxError(f"the box at line {edit.line} of {edit.path} has no size and lies at 0", "it cannot be scaled")
