"""Where a number of a training is written: in the call itself, in a constant, as the default of an option."""

from __future__ import annotations

import libcst as cst

from traindx.remedy.expressions import argument, called, dotted, number, targets, value_of
from traindx.remedy.script import Script


def literal(script: Script, node: cst.CSTNode | None) -> cst.BaseExpression | None:
    """The number that an expression stands for, as the node to be edited; None where it is computed or not plain.

    A name must be assigned once; `args.lr` or `opt.lr` is the `default` of the only `add_argument("--lr")`.
    """
    if node is None or (isinstance(node, cst.BaseExpression) and number(node) is not None):
        return node if isinstance(node, cst.BaseExpression) else None
    name = dotted(node)
    if not name:
        return None
    assigned = [v for s in script.of(cst.SimpleStatementLine) if name in targets(s) and (v := value_of(s)) is not None]
    if assigned:
        return assigned[0] if len(assigned) == 1 and number(assigned[0]) is not None else None
    defaults = option_defaults(script, name.rpartition(".")[2]) if "." in name else []
    return defaults[0] if len(defaults) == 1 else None


def option_defaults(script: Script, name: str) -> list[cst.BaseExpression]:
    """The numbers that `add_argument("--name", default=...)` gives."""
    found = []
    for call in script.of(cst.Call):
        if called(call) != "add_argument":
            continue
        words = [
            script.written(arg.value).strip("\"'").lstrip("-").replace("-", "_") for arg in call.args if not arg.keyword
        ]
        default = argument(call, "default")
        if name in words and default is not None and number(default.value) is not None:
            found.append(default.value)
    return found
