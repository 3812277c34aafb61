"""Small questions to expressions: what is called, with which argument, which number stands there."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst


def dotted(node: cst.CSTNode | None) -> str:
    """`a.b.c` as text, for names and attributes; empty for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr.value}" if inner else ""
    return ""


def called(call: cst.Call) -> str:
    """The last name of what is called: `step` of `optimizer.step()`."""
    if isinstance(call.func, cst.Attribute):
        return call.func.attr.value
    return call.func.value if isinstance(call.func, cst.Name) else ""


def receiver(call: cst.Call) -> cst.BaseExpression | None:
    """What a method is called on."""
    return call.func.value if isinstance(call.func, cst.Attribute) else None


def argument(call: cst.Call, name: str, position: int | None = None) -> cst.Arg | None:
    """The argument of a name, or at a position among those without one."""
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == name:
            return arg
    plain = [arg for arg in call.args if arg.keyword is None and not arg.star]
    return plain[position] if position is not None and position < len(plain) else None


def with_argument(call: cst.Call, name: str, code: str) -> cst.Call:
    """The call with `name=code`, in place of what the argument was."""
    value = cst.parse_expression(code)
    for i, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == name:
            args = [*call.args[:i], arg.with_changes(value=value), *call.args[i + 1 :]]
            return call.with_changes(args=args)
    return call.with_changes(args=[*_closed(call.args), _keyword(name, value)])


def without(call: cst.Call, unwanted: cst.Arg) -> cst.Call:
    """The call without one of its arguments."""
    args = [arg for arg in call.args if arg is not unwanted]
    if args and call.args and call.args[-1] is unwanted:
        args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return call.with_changes(args=args)


def number(node: cst.CSTNode | None) -> float | None:
    """The value of a number that is written out."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        inner = number(node.expression)
        return None if inner is None else -inner
    if isinstance(node, (cst.Integer, cst.Float)):
        return float(node.evaluated_value)
    return None


def targets(statement: cst.CSTNode | None) -> list[str]:
    """The names that a statement of one line assigns to."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return []
    return [dotted(target.target) for line in statement.body if isinstance(line, cst.Assign) for target in line.targets]


def value_of(statement: cst.CSTNode | None) -> cst.BaseExpression | None:
    """What a statement of one line assigns, or the expression that it is."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    only = statement.body[0]
    if isinstance(only, (cst.Assign, cst.AugAssign, cst.Expr)):
        return only.value
    return only.value if isinstance(only, (cst.AnnAssign, cst.Return)) else None


def _closed(args: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Arguments after which another may follow."""
    made = list(args)
    if made and isinstance(made[-1].comma, cst.MaybeSentinel):
        made[-1] = made[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    return made


def _keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    none = cst.SimpleWhitespace("")
    return cst.Arg(value, keyword=cst.Name(name), equal=cst.AssignEqual(none, none))
