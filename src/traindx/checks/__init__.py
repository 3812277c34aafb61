"""The checks: one file each, in folders by family."""

from __future__ import annotations

import sys
from functools import cache

from traindx.core.check import Check
from traindx.core.discover import members


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check of the package, by code."""
    return tuple(sorted(members(sys.modules[__name__], Check), key=lambda c: c.code))
