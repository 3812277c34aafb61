"""Optimizer, scheduler and scaler given their saved states back where the model is."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, put_after
from traindx.remedy.expressions import called, dotted, receiver
from traindx.remedy.script import Script

CAUSES = ("resume-lost-state",)


def edits(case: Case) -> Sequence[Edit]:
    """What the script saves as `"key": name.state_dict()` and never loads, right after the last thing that it does load."""
    for script in case.scripts:
        loads = [c for c in script.of(cst.Call) if called(c) == "load_state_dict" and _key(c) is not None]
        saved = [(key, name) for key, name in _saved(script) if name not in {dotted(receiver(c)) for c in loads}]
        statement = script.of_node(loads[-1]) if loads else None
        source = loads[-1].args[0].value if loads else None
        if not saved or not isinstance(source, cst.Subscript) or not isinstance(statement, cst.SimpleStatementLine):
            continue
        checkpoint = script.written(source.value)
        known = [(key, name) for key, name in saved if _is_made_before(script, name, statement)]
        words = "the states that were saved are loaded"
        return [
            put_after(script, statement, f"{name}.load_state_dict({checkpoint}[{key}])", words) for key, name in known
        ]
    return ()


def _key(call: cst.Call) -> str | None:
    """`"model"` of `model.load_state_dict(saved["model"])`."""
    first = call.args[0].value if call.args else None
    if isinstance(first, cst.Subscript) and len(first.slice) == 1:
        index = first.slice[0].slice
        if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString):
            return index.value.value
    return None


def _saved(script: Script) -> list[tuple[str, str]]:
    """Keys and names of the dict that `torch.save` is given."""
    found = []
    for call in (c for c in script.of(cst.Call) if called(c) == "save" and c.args):
        for element in script.of(cst.DictElement, call):
            value = element.value
            if (
                isinstance(element.key, cst.SimpleString)
                and isinstance(value, cst.Call)
                and called(value) == "state_dict"
            ):
                found.append((element.key.value, dotted(receiver(value))))
    return found


def _is_made_before(script: Script, name: str, statement: cst.BaseStatement) -> bool:
    """Whether a name is assigned above the statement, in its scope or around it."""
    made = [t for t in script.of(cst.AssignTarget) if name in script.names(t)]
    return any(script.line(target) < script.line(statement) for target in made)
