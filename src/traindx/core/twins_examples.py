"""Small sets of twins for the examples in check files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from traindx.core.tryout import Tryouts
from traindx.core.twins import Twin, Twins

FIRST = {"base": 2.31, "repeat": 2.31, "zeroed": 2.303}
LATER = {"base": 0.8, "repeat": 0.8, "zeroed": 2.4, "start": 2.3, "start_no_dropout": 2.3}
SPREAD = (-0.05, 0.02, 0.04)


def with_twins(
    first: Mapping[str, float] | None = None,
    later: Mapping[str, float] | None = None,
    *,
    shuffled: float = 3.1,
    far: Mapping[str, float] | None = None,
    apart: float = 1.0,
    **facts: Any,
) -> Tryouts:
    """Two held back batches of 32; losses by kind at each moment, `far` from what trained batch norms know by kind."""
    made = []
    for moment, losses in (("first", {**FIRST, **(first or {})}), ("later", {**LATER, **(later or {})})):
        for batch in (0, 1):
            for kind, loss in losses.items():
                away = 0.0 if kind == "repeat" else apart
                made.append(Twin(kind, moment, batch, loss + 0.01 * batch, 1.5, away, "fc.weight"))
    made += [Twin("shuffled", "later", b, shuffled + s, 1.5) for b in (0, 1) for s in SPREAD]
    made += [Twin(kind, "first", b, 2.3, far=value) for kind, value in (far or {}).items() for b in (0, 1)]
    own: dict[str, Any] = {"steps": 100, "batches": 2, "samples": 32, "held_out": True, "planned": 1000}
    own |= {"momentum": 0.1, "norms": 20}
    return Tryouts(twins=Twins(tuple(made), **{**own, **facts}))


NOT_FINITE = math.nan
"""The loss of a step that overflowed."""


def plain_and(plain: Tryouts, **own: Any) -> Tryouts:
    """Twins with the arguments `own`, and those of a second run without augmentation."""
    return with_twins(**own, plain=plain.twins)
