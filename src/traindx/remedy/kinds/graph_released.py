"""`.item()` where a loss is added up over steps with its graph."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import called, dotted, receiver

CAUSES = ("memory-leak",)


def edits(case: Case) -> Sequence[Edit]:
    """At the line that the diagnosis names: what is added, appended or kept there."""
    backward = case.at("backward")
    losses = {dotted(receiver(c)) for c in (backward.calls if backward else []) if called(c) == "backward"} - {""}
    for spot in case.places:
        if not isinstance(spot.statement, cst.SimpleStatementLine):
            continue
        kept = [
            name
            for name in spot.script.of(cst.Name, spot.statement)
            if name.value in losses and not isinstance(spot.script.parent(name), (cst.Attribute, cst.AssignTarget))
        ]
        if len(kept) == 1:
            words = "the number is kept, not the graph behind it"
            return (replaced(spot.script, kept[0], f"{kept[0].value}.item()", words),)
    return ()
