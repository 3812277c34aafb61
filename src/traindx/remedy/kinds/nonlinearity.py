"""ReLU between layers that follow each other without one."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import called, dotted

CAUSES = ("missing-nonlinearity",)
LAYERS = ("Linear", "Conv1d", "Conv2d", "Conv3d")
NORMS = ("BatchNorm", "LayerNorm", "GroupNorm")
PASS = ("Dropout", "Flatten", *NORMS)
"""Layers that leave what they are given as linear as it was, in training."""


def edits(case: Case) -> Sequence[Edit]:
    """In every `Sequential` that is written out; the activation is named as its neighbours are (`nn.ReLU`)."""
    found = []
    for script in case.scripts:
        for call in script.of(cst.Call):
            if called(call) != "Sequential":
                continue
            args: list[cst.Arg] = []
            behind: int | None = None  # where an activation of the layer before would stand
            for arg in call.args:
                name = called(arg.value) if isinstance(arg.value, cst.Call) else ""
                if name in LAYERS and behind is not None:
                    args.insert(behind, args[behind - 1].with_changes(value=_relu(arg.value)))
                args.append(arg)
                if name in LAYERS or (behind is not None and name.startswith(NORMS)):
                    behind = len(args)
                elif not name.startswith(PASS):
                    behind = None
            if len(args) > len(call.args):
                words = "an activation stands between the layers"
                found.append(replaced(script, call, call.with_changes(args=args), words))
    return found


def _relu(like: cst.BaseExpression) -> cst.BaseExpression:
    """A ReLU, named as its neighbour is."""
    prefix = dotted(like.func).rpartition(".")[0] if isinstance(like, cst.Call) else ""
    return cst.parse_expression(f"{prefix}.ReLU()" if prefix else "nn.ReLU()")
