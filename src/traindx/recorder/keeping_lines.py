"""The lines of a script that keep a loss, or what it was computed from, beyond its step with the graph behind it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

KEEPING = frozenset(("append", "appendleft", "extend", "add", "put", "insert"))
DETACHING = frozenset(("item", "detach", "detach_", "tolist", "numpy"))
PLAIN = frozenset(("float", "int", "len", "str", "print", "repr"))
LARGEST = 1 << 20
MOST = 5


def keeping_lines(source: str, line: int) -> list[int]:
    """Numbers of the lines that put the loss that `line` computes or differentiates into something that lives longer, surest first.

    A name counts where it is the loss, or was used in computing it in the same function, unless `item`, `detach` or `float`
    takes it off its graph. Empty where nothing of the kind is written.
    """
    if len(source) > LARGEST:
        return []
    tree = ast.parse(source)
    home = _enclosing(tree, line)
    here = [s for s in _statements(home) if s.lineno <= line <= (s.end_lineno or 0) and _is_simple(s)]
    loss = {name for s in here for name in _result(s)} & _made(home)
    at_once = [s.lineno for s in here if _takes(s) and not _detaches(s)]
    behind = _behind(home, loss)
    called = {home.name} if isinstance(home, (ast.FunctionDef, ast.AsyncFunctionDef)) else set()
    sure = [s.lineno for s in _statements(home) if _keeps(s, loss, set())]
    likely = [s.lineno for s in _statements(home) if _keeps(s, behind, set())]
    outside = [s.lineno for s in _statements(tree) if called and _keeps(s, set(), called)]
    return list(dict.fromkeys(chain(at_once, sure, outside, likely)))[:MOST]


def _enclosing(tree: ast.Module, line: int) -> ast.AST:
    """The innermost function around a line, else the module."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    around = [n for n in ast.walk(tree) if isinstance(n, kinds) and n.lineno <= line <= (n.end_lineno or 0)]
    return max(around, key=lambda n: n.lineno, default=tree)


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    return (n for n in ast.walk(node) if isinstance(n, ast.stmt))


def _is_simple(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign))


def _names(node: ast.AST) -> Iterator[ast.Name]:
    return (n for n in ast.walk(node) if isinstance(n, ast.Name))


def _result(statement: ast.stmt) -> Iterator[str]:
    """Names of what a statement assigns; of one that assigns nothing, as `loss.backward()`, all names in it."""
    held = statement.targets if isinstance(statement, ast.Assign) else [statement]
    return (name.id for node in held for name in _names(node))


def _made(home: ast.AST) -> set[str]:
    """Names that are assigned in a function or module."""
    return {
        n.id for s in _statements(home) if isinstance(s, ast.Assign) for target in s.targets for n in _names(target)
    }


def _takes(statement: ast.stmt) -> bool:
    """Whether a statement puts a value into something that was there before."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return isinstance(statement.value.func, ast.Attribute) and statement.value.func.attr in KEEPING
    return isinstance(statement, ast.AugAssign)


def _detaches(statement: ast.stmt) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr in DETACHING for n in ast.walk(statement))


def _behind(home: ast.AST, loss: set[str]) -> set[str]:
    """Names of what the loss was computed from in the same function: only what is assigned there, not batches or arguments."""
    assigned = [s for s in _statements(home) if isinstance(s, ast.Assign)]
    made, found = _made(home), set(loss)
    for _ in range(4):
        for statement in assigned:
            if any(name.id in found for target in statement.targets for name in _names(target)):
                found |= {name.id for name in _names(statement.value)} & made
    return found


def _keeps(statement: ast.stmt, names: set[str], called: set[str]) -> bool:
    """Whether a statement puts one of the names, or what a function returned, into something else, on its graph."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        keeps = isinstance(call.func, ast.Attribute) and call.func.attr in KEEPING
        return keeps and any(_carries(a, names, called) for a in call.args)
    if isinstance(statement, ast.AugAssign):
        return _carries(statement.value, names, called)
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
        if isinstance(target, (ast.Subscript, ast.Attribute)):
            return _carries(statement.value, names, called)
        again = isinstance(target, ast.Name) and any(n.id == target.id for n in _names(statement.value))
        others = names - {target.id} if isinstance(target, ast.Name) else names
        return again and isinstance(statement.value, ast.BinOp) and _carries(statement.value, others, called)
    return False


def _carries(node: ast.AST, names: set[str], called: set[str]) -> bool:
    """Whether an expression's value hangs on one of the names with its graph."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in DETACHING:
            return False
        if isinstance(node.func, ast.Name) and (node.func.id in PLAIN or node.func.id in called):
            return node.func.id in called
    if isinstance(node, ast.Attribute) and node.attr in ("data", "shape", "dtype", "device"):
        return False
    if isinstance(node, ast.Name):
        return node.id in names
    return any(_carries(child, names, called) for child in ast.iter_child_nodes(node))
