"""Logarithms of what may be zero, kept above it."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import called, dotted, receiver

CAUSES = ("unstable-operation",)
LEAST = "1e-7"
"""The smallest number that a logarithm is given: float32 tells numbers near one apart by 6e-8."""


def edits(case: Case) -> Sequence[Edit]:
    """Every `x.log()` and `torch.log(x)` on the lines that are named."""
    found = []
    for spot in case.places:
        for call in spot.calls:
            if called(call) != "log":
                continue
            of = receiver(call)
            inside = call.args[0].value if dotted(of) == "torch" and call.args else of
            words = "the logarithm is kept away from zero"
            if inside is not None:
                text = spot.script.written(inside)
                plain = isinstance(inside, (cst.Name, cst.Call, cst.Attribute)) or inside.lpar
                kept = f"{text if plain else f'({text})'}.clamp(min={LEAST})"
                found.append(replaced(spot.script, inside, kept, words))
    return found
