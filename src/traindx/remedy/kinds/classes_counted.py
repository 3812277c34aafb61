"""As many outputs as there are classes, and ids that count from zero."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import argument, called, number
from traindx.remedy.script import Script

CAUSES = ("head-class-mismatch", "one-based-class-ids")
COUNT = re.compile(r"^(?:num_|n_|nb_)?class(?:es)?$|^nc$|^num_labels$")
SAID = re.compile(r"the network has (\d+) outputs and the targets name ids (-?\d+)\.\.(\d+)")


def edits(case: Case) -> Sequence[Edit]:
    """The number of outputs where it is written out once; targets less one in the loss call where ids count from one."""
    said = next((m for reason in case.diagnosis.because if (m := SAID.search(reason.text))), None)
    if said is None:
        return ()
    outputs, lowest, highest = map(int, said.groups())
    if case.diagnosis.cause == "one-based-class-ids":
        return _from_zero(case) if lowest == 1 and highest == outputs else ()
    found = [edit for script in case.scripts for edit in _counts(script, outputs, highest + 1)]
    return found if len(found) == 1 else ()


def _counts(script: Script, outputs: int, wanted: int) -> list[Edit]:
    """`num_classes=9`, else the second number of the last linear layer that gives as many."""
    words, named, linear = f"{wanted} outputs for {wanted} classes", [], []
    for call in script.of(cst.Call):
        named += [
            replaced(script, arg.value, str(wanted), words)
            for arg in call.args
            if arg.keyword is not None and COUNT.match(arg.keyword.value) and number(arg.value) == outputs
        ]
        width = argument(call, "out_features", 1) if called(call) == "Linear" else None
        if width is not None and number(width.value) == outputs:
            linear.append(replaced(script, width.value, str(wanted), words))
    return named or linear


def _from_zero(case: Case) -> Sequence[Edit]:
    loss = case.at("loss") or next(iter(case.places), None)
    for call in loss.calls if loss is not None else []:
        name = called(call).lower()
        if loss is None or not ("entropy" in name or "criterion" in name or "loss" in name):
            continue
        target = argument(call, "target", 1)
        if target is None:
            continue
        value, words = target.value, "class ids count from zero"
        added = isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add)
        if isinstance(value, cst.BinaryOperation) and added and number(value.right) == 1:
            return (replaced(loss.script, value, value.left, words),)
        return (replaced(loss.script, value, f"{loss.script.written(value)} - 1", words),)
    return ()
