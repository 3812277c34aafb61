"""The causes: one file each, named as in the catalogue."""

from __future__ import annotations

import sys
from functools import cache

from traindx.core.cause import Cause
from traindx.core.discover import members


@cache
def all_causes() -> tuple[Cause, ...]:
    """Every cause of the package, by slug."""
    return tuple(sorted(members(sys.modules[__name__], Cause), key=lambda c: c.slug))
