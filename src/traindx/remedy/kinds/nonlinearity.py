"""ReLU between layers that follow each other without one."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import called, dotted

CAUSES = ("missing-nonlinearity",)
LAYERS = ("Linear", "Conv1d", "Conv2d", "Conv3d")


def edits(case: Case) -> Sequence[Edit]:
    """In every `Sequential` that is written out; the activation is named as its neighbours are (`nn.ReLU`)."""
    found = []
    for script in case.scripts:
        for call in script.of(cst.Call):
            if called(call) != "Sequential":
                continue
            args: list[cst.Arg] = []
            for arg in call.args:
                if args and _is_layer(args[-1]) and _is_layer(arg):
                    prefix = dotted(arg.value.func).rpartition(".")[0] if isinstance(arg.value, cst.Call) else ""
                    relu = cst.parse_expression(f"{prefix}.ReLU()" if prefix else "nn.ReLU()")
                    args.append(args[-1].with_changes(value=relu))
                args.append(arg)
            if len(args) > len(call.args):
                words = "an activation stands between the layers"
                found.append(replaced(script, call, call.with_changes(args=args), words))
    return found


def _is_layer(arg: cst.Arg) -> bool:
    return isinstance(arg.value, cst.Call) and called(arg.value) in LAYERS
