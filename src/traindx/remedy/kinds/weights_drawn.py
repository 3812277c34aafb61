"""Initial values that the script sets itself, taken out: the layers then draw torch's own."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, removed
from traindx.remedy.expressions import called, number
from traindx.remedy.kinds.parameters_trained import whole
from traindx.remedy.script import Script

CAUSES = ("constant-init", "init-too-large", "init-too-small", "dead-relu", "saturating-activations")
DRAWN = re.compile(r"^(?:constant|zeros|ones|normal|uniform|trunc_normal)_$")
SET = ("fill_", "mul_", "zero_", "normal_", "uniform_")


def edits(case: Case) -> Sequence[Edit]:
    """The lines that the recorder saw setting values, else the only one that fills or scales parameters before the training.

    Zeros for biases and ones for norms are usual: what nobody saw at fault is left alone.
    """
    named = [spot for spot in case.places if any(_draws(call) for call in spot.calls)]
    if named:
        return [_taken_out(spot.script, spot.statement) for spot in named]
    found = []
    for script in case.scripts:
        for call in (c for c in script.of(cst.Call) if called(c) in SET or DRAWN.match(called(c))):
            statement = script.of_node(call)
            if isinstance(statement, cst.SimpleStatementLine) and _is_on_weights(script, call):
                found.append(_taken_out(script, statement))
    return found if len(found) == 1 else ()


def _taken_out(script: Script, statement: cst.CSTNode) -> Edit:
    return removed(script, whole(script, statement), "the layers keep the values that torch draws for them")


def _draws(call: cst.Call) -> bool:
    return (DRAWN.match(called(call)) is not None and len(call.args) > 0) or called(call) in SET


def _is_on_weights(script: Script, call: cst.Call) -> bool:
    """Whether the call is on a weight, or on what a loop over parameters holds, outside of any class and training loop."""
    if script.nearest(call, cst.ClassDef) is not None:
        return False
    words = script.written(call)
    loop = script.loop(call)
    over = script.written(loop.iter) if isinstance(loop, cst.For) else ""
    literal = all(number(arg.value) is not None for arg in call.args[-1:])
    return literal and ("parameters()" in over or "modules()" in over or ".weight" in words or ".bias" in words)
