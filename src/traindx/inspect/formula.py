"""A formula for the rate, as `LambdaLR` takes it: a lambda or a small function of the step, worked out from its text."""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Mapping
from typing import Any

from traindx.inspect.scopes import At
from traindx.inspect.values import UNKNOWN, Values

POINTS = (*range(301), *(round(300 * 1.07**k) for k in range(1, 121)))
"""Steps at which a formula is worked out: each of the first, and then by sevenths of a tenth up to a million."""
FUNCTIONS = {
    "min": min,
    "max": max,
    "abs": abs,
    "int": int,
    "float": float,
    "cos": math.cos,
    "sin": math.sin,
    "exp": math.exp,
}
FUNCTIONS |= {"sqrt": math.sqrt, "pow": math.pow, "floor": math.floor, "log": math.log, "bool": bool}
CONSTANTS = {"pi": math.pi, "e": math.e}
MOST = 100
"""Parts of a formula: a longer one is none."""


def rates_of(node: ast.expr, scope: str, values: Values) -> Mapping[int, float] | None:
    """The rate at POINTS where an expression is, or names, a formula of one number; None of anything else."""
    made = values.scopes.follow(At(node, scope)) if isinstance(node, ast.Name) else At(node, scope)
    held = values.scopes.functions.get(node.id) if isinstance(node, ast.Name) else None
    function = held or (made.node if made is not None else None)
    if not isinstance(function, (ast.Lambda, ast.FunctionDef)) or sum(1 for _ in ast.walk(function)) > MOST:
        return None
    names = [a.arg for a in function.args.args]
    if len(names) != 1:
        return None
    within = node.id if held is not None and isinstance(node, ast.Name) else made.scope if made is not None else ""
    found: dict[int, float] = {}
    for step in POINTS:
        value = _Formula(values, within, {names[0]: step}).of(function)
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            return None
        found[step] = float(value)
    return found


class _Formula:
    """Works out a formula for one step."""

    def __init__(self, values: Values, scope: str, bound: dict[str, Any]) -> None:
        self._values, self._scope, self._bound = values, scope, bound

    def of(self, function: ast.Lambda | ast.FunctionDef) -> Any:
        """What it returns; UNKNOWN where it does more than count."""
        if isinstance(function, ast.Lambda):
            return self._value(function.body)
        return self._run(function.body)

    def _run(self, lines: list[ast.stmt]) -> Any:
        """The lines up to the first return: assignments of names, and conditions. None where they end without one."""
        for line in lines:
            if isinstance(line, ast.Return):
                return self._value(line.value) if line.value is not None else UNKNOWN
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                self._bound[line.targets[0].id] = self._value(line.value)
            elif isinstance(line, ast.If):
                test = self._value(line.test)
                found = UNKNOWN if test is UNKNOWN else self._run(line.body if test else line.orelse)
                if found is not None:
                    return found
            elif not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)):
                return UNKNOWN
        return None

    def _value(self, node: ast.expr) -> Any:
        """The value of an expression, with the calls of FUNCTIONS in it and the bound names worked out first."""
        try:
            return self._values.of(self._plain(node), self._scope)
        except (ArithmeticError, ValueError, TypeError):
            return UNKNOWN

    def _plain(self, node: ast.expr) -> ast.expr:
        """The same expression with numbers in place of what is bound or called."""
        if isinstance(node, ast.Name) and node.id in self._bound:
            value = self._bound[node.id]
            return node if value is UNKNOWN else ast.Constant(value)
        if isinstance(node, ast.Attribute) and node.attr in CONSTANTS:
            return ast.Constant(CONSTANTS[node.attr])
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [self._value(part) for part in node.args]
            known = name in FUNCTIONS and not node.keywords and all(isinstance(g, (int, float)) for g in given)
            return ast.Constant(FUNCTIONS[name](*given)) if known else ast.Name("unknown to the formula", ast.Load())  # type: ignore[operator]
        if isinstance(node, ast.IfExp):
            test = self._value(node.test)
            return node if test is UNKNOWN else self._plain(node.body if test else node.orelse)
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp)):
            node = copy.copy(node)
            for name, part in list(ast.iter_fields(node)):
                if isinstance(part, ast.expr):
                    setattr(node, name, self._plain(part))
                elif isinstance(part, list) and part and isinstance(part[0], ast.expr):
                    setattr(node, name, [self._plain(one) for one in part])
        return node
