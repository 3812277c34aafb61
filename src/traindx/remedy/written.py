"""Where a number of a training is written: in the call itself, in a constant, as the default of an option."""

from __future__ import annotations

import libcst as cst

from traindx.remedy.expressions import argument, called, dotted, number, targets, value_of
from traindx.remedy.script import Script

NAMESPACES = ("Namespace", "SimpleNamespace", "dict", "EasyDict", "AttrDict", "Config", "DotMap", "ConfigDict")
"""What settings are held in, made by a call with their names."""


def literal(script: Script, node: cst.CSTNode | None) -> cst.BaseExpression | None:
    """The number that an expression stands for, as the node to be edited; None where it is computed or not plain.

    A name must be assigned once; `args.lr` or `opt.lr` is the `default` of the only `add_argument("--lr")`; `CFG.lr`, `cfg.lr` or
    `cfg["lr"]` is the only number of that name in a class, a dict or a call such as `Namespace(lr=0.1)`.
    """
    if node is None or (isinstance(node, cst.BaseExpression) and number(node) is not None):
        return node if isinstance(node, cst.BaseExpression) else None
    if isinstance(node, cst.Subscript):
        held = held_numbers(script, _key(node))
        return held[0] if len(held) == 1 else None
    name = dotted(node)
    if not name:
        return None
    assigned = [v for s in script.of(cst.SimpleStatementLine) if name in targets(s) and (v := value_of(s)) is not None]
    if assigned:
        return assigned[0] if len(assigned) == 1 and number(assigned[0]) is not None else None
    attribute = name.rpartition(".")[2] if "." in name else ""
    defaults = option_defaults(script, attribute) or held_numbers(script, attribute) if attribute else []
    return defaults[0] if len(defaults) == 1 else None


def _key(node: cst.Subscript) -> str:
    """`lr` of `cfg["lr"]`, and of `cfg["optim"]["lr"]`; empty for anything else in the brackets."""
    index = node.slice[0].slice if len(node.slice) == 1 else None
    value = index.value if isinstance(index, cst.Index) else None
    return str(value.evaluated_value) if isinstance(value, cst.SimpleString) else ""


def held_numbers(script: Script, name: str) -> list[cst.BaseExpression]:
    """The numbers that classes, dicts and calls hold under a name: `lr = 0.1` in a class, `{"lr": 0.1}`, `Namespace(lr=0.1)`.

    What is computed is left out.
    """
    found = []
    for body in script.of(cst.ClassDef):
        statements = [s for s in body.body.body if isinstance(s, cst.SimpleStatementLine)]
        annotated = [s.body[0] for s in statements if isinstance(s.body[0], cst.AnnAssign)]
        found += [value_of(s) for s in statements if targets(s) == [name]]
        found += [one.value for one in annotated if dotted(one.target) == name]
    for held in script.of(cst.Dict):
        found += [
            e.value
            for e in held.elements
            if isinstance(e, cst.DictElement) and isinstance(e.key, cst.SimpleString) and e.key.evaluated_value == name
        ]
    for statement in script.of(cst.SimpleStatementLine):
        value = value_of(statement) if targets(statement) else None
        if isinstance(value, cst.Call) and called(value) in NAMESPACES:
            given = argument(value, name)
            found += [] if given is None else [given.value]
    return [node for node in found if node is not None and number(node) is not None]


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
