"""What a script's text tells of arguments beyond their value: passes over a loader, groups of parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from traindx.core.script import Group
from traindx.inspect.scopes import At
from traindx.inspect.values import UNKNOWN, Values

BATCHES = (1_000_000, 3_000_000)
"""Two lengths of a loader: what grows as they do is a number of passes over it, whatever `//` and `int` cut off."""


def passes_of(node: ast.expr, scope: str, values: Values) -> float | None:
    """How many passes over a loader an expression counts (`epochs * len(loader)`); None of any other."""
    if not isinstance(node, (ast.Name, ast.Attribute, ast.BinOp, ast.Call)) or values.of(node, scope) is not UNKNOWN:
        return None
    found = []
    try:
        for values.batches in BATCHES:
            value = values.of(node, scope)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                return None
            found.append(value / values.batches)
    finally:
        values.batches = None
    return round(found[0], 4) if found[0] > 0 and abs(found[0] - found[1]) < 1e-3 * found[0] else None


def groups_of(node: ast.expr, scope: str, values: Values) -> tuple[Group, ...]:
    """The groups of parameters that a list of dictionaries holds, also one that a loop fills; empty where one cannot be told."""
    made = values.scopes.follow(At(node, scope))
    if made is None or not isinstance(made.node, (ast.List, ast.Tuple)):
        return ()
    parts = [At(part, made.scope) for part in made.node.elts] + values.scopes.grown(made.node)
    found = [_group(part.node, part.scope, values) for part in parts]
    if not all(found):
        return ()
    return tuple(
        g for part, one in zip(parts, found, strict=True) if one is not None for g in _either(part, one, values)
    )


def _either(part: At, one: Group, values: Values) -> Iterator[Group]:
    """A group as it is; where a condition chooses its rate (`lr * (0.1 if "body" in name else 1)`) one for each choice."""
    if "lr" not in one.texts or "lr" in one.arguments:
        yield one
        return
    try:
        for values.taken in (True, False):
            chosen = _group(part.node, part.scope, values)
            yield chosen if chosen is not None else one
    finally:
        values.taken = UNKNOWN


def _group(node: ast.expr, scope: str, values: Values) -> Group | None:
    made = values.scopes.follow(At(node, scope))
    parts = _entries(made.node) if made is not None else None
    if made is None or not parts or "params" not in parts:
        return None
    known = {name: value for name, part in parts.items() if (value := values.of(part, made.scope)) is not UNKNOWN}
    texts = {name: ast.unparse(part) for name, part in parts.items() if name != "params"}
    return Group(_named(parts["params"], made.scope, values), made.node.lineno, known, texts)


def _named(node: ast.expr, scope: str, values: Values) -> str:
    """The parameters as written, with what a name in their place was made of."""
    made = values.scopes.follow(At(node, scope)) if isinstance(node, ast.Name) else None
    return ast.unparse(node) + ("" if made is None or made.node is node else f" = {ast.unparse(made.node)}")


def _entries(node: ast.expr) -> Mapping[str, ast.expr] | None:
    """The entries of `{"params": ..., "lr": ...}` or `dict(params=..., lr=...)`."""
    if isinstance(node, ast.Dict):
        pairs = list(zip(node.keys, node.values, strict=True))
        return {str(k.value): v for k, v in pairs if isinstance(k, ast.Constant)} if all(k for k, _ in pairs) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return {k.arg: k.value for k in node.keywords if k.arg} if all(k.arg for k in node.keywords) else None
    return None
