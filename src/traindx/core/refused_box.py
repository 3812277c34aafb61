"""The box that a detector refused, read from the words of its error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from traindx.core.raised import Raised

NUMBER = r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?"
REFUSED = re.compile(
    r"positive height and width.*?Found invalid box "  # torchvision's detectors
    rf"\[({NUMBER}), ({NUMBER}), ({NUMBER}), ({NUMBER})\]"
)
NOT_ABOVE = re.compile(
    r"[xy]_max is less than or equal to [xy]_min for bbox\D*?" + rf"({NUMBER})[, ]+" * 3 + rf"({NUMBER})"
)
"""What Albumentations says."""


@dataclass(frozen=True)
class RefusedBox:
    """A box as two corners."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def is_inverted(self) -> bool:
        """Whether it ends before it starts, in one axis at least; a box that ends where it starts is empty instead."""
        return self.right < self.left or self.bottom < self.top


def refused_box(raised: Raised | None) -> RefusedBox | None:
    """The box that an error names, None where the error is not about one."""
    if raised is None:
        return None
    found = REFUSED.search(raised.words) or NOT_ABOVE.search(raised.words)
    return RefusedBox(*map(float, found.groups())) if found else None
