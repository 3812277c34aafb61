"""The values that names have in a script, as far as its text and the command line tell: nothing is executed."""

from __future__ import annotations

import ast
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

UNKNOWN = object()
"""A value that the text does not tell; None is a value."""

LARGEST = 1e30
_OPERATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_CASTS: Mapping[str, Callable[[str], Any]] = {"int": int, "float": float, "str": str}


class Values:
    """Resolves expressions: constants, names and fields that are assigned once, options of argparse with their defaults."""

    def __init__(self, tree: ast.AST, settings: Mapping[str, Any]) -> None:
        self._names: dict[str, ast.expr] = {}
        self._fields: dict[tuple[str, str], ast.expr] = {}
        times = _assigned(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                self._hold(node.targets[0], node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self._hold(node.target, node.value)
            elif isinstance(node, ast.ClassDef):
                self._of_class(node)
        self._names = {name: value for name, value in self._names.items() if times[name] == 1}
        self._fields = {key: value for key, value in self._fields.items() if times[".".join(key)] <= 1}
        self._changed = {name for name in times if times[name] > 1 or f"{name}[]" in times}
        self._stored = {name for name in times if "." in name}
        self._options = _options(tree, settings)
        self._parsed = _parsed(tree)

    def of(self, node: ast.expr | None, depth: int = 0) -> Any:
        """The value of an expression, UNKNOWN where the text does not tell it."""
        if node is None or depth > 8:
            return UNKNOWN
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.of(self._names.get(node.id), depth + 1)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self._field(node.value.id, node.attr, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            found = [self.of(item, depth + 1) for item in node.elts]
            return UNKNOWN if any(item is UNKNOWN for item in found) else found
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.of(node.operand, depth + 1)
            return -value if isinstance(value, (int, float)) else UNKNOWN
        if isinstance(node, ast.BinOp):
            return self._operation(node, depth)
        if isinstance(node, ast.Subscript):
            return self._entry(node, depth)
        return self._cast(node, depth) if isinstance(node, ast.Call) else UNKNOWN

    def _cast(self, node: ast.Call, depth: int) -> Any:
        """`int(x)` and `float(x)` of what is known."""
        if isinstance(node.func, ast.Name) and node.func.id in ("int", "float") and len(node.args) == 1:
            value = self.of(node.args[0], depth + 1)
            if isinstance(value, (int, float)) and abs(value) < LARGEST:
                return _CASTS[node.func.id](value)  # type: ignore[arg-type]
        return UNKNOWN

    def _operation(self, node: ast.BinOp, depth: int) -> Any:
        sides = self.of(node.left, depth + 1), self.of(node.right, depth + 1)
        known = all(isinstance(side, (int, float)) and abs(side) < LARGEST for side in sides)
        try:
            return _OPERATIONS[type(node.op)](*sides) if known and type(node.op) in _OPERATIONS else UNKNOWN
        except ZeroDivisionError:
            return UNKNOWN

    def _field(self, owner: str, name: str, depth: int) -> Any:
        if owner in self._parsed:
            return UNKNOWN if f"{owner}.{name}" in self._stored else self._options.get(name, UNKNOWN)
        made = self._names.get(owner)
        kind = made.func.id if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) else owner
        if isinstance(made, ast.Call) and (made.args or made.keywords):
            return UNKNOWN  # its constructor may set the field
        if f"{owner}.{name}" in self._stored and (owner, name) not in self._fields:
            return UNKNOWN
        return self.of(self._fields.get((owner, name)) or self._fields.get((kind, name)), depth + 1)

    def _entry(self, node: ast.Subscript, depth: int) -> Any:
        """`settings["lr"]` of a dict that is written once and not changed."""
        if not isinstance(node.value, ast.Name) or node.value.id in self._changed:
            return UNKNOWN
        held = self._names.get(node.value.id)
        if not isinstance(held, ast.Dict) or not isinstance(node.slice, ast.Constant):
            return UNKNOWN
        pairs = zip(held.keys, held.values, strict=True)
        found = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == node.slice.value]
        return self.of(found[0], depth + 1) if len(found) == 1 else UNKNOWN

    def _hold(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._names[target.id] = value
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            self._fields[target.value.id, target.attr] = value
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, of in zip(target.elts, value.elts, strict=True):
                self._hold(one, of)

    def _of_class(self, node: ast.ClassDef) -> None:
        for line in node.body:
            if isinstance(line, (ast.Assign, ast.AnnAssign)) and line.value is not None:
                targets = line.targets if isinstance(line, ast.Assign) else [line.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        self._fields[node.name, target.id] = line.value


def _assigned(tree: ast.AST) -> Counter[str]:
    """How often each name (`a`), field (`a.b`) and content of a name (`a[]`) is given a value, in any scope."""
    times: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            times[node.id] += 1
        elif isinstance(node, ast.arg):
            times[node.arg] += 1
        elif isinstance(node, ast.AugAssign):
            times[ast.unparse(node.target)] += 1
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            times[ast.unparse(node)] += 1
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            times[f"{ast.unparse(node.value)}[]"] += 1
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            times[f"{ast.unparse(node.func.value)}[]"] += 1
    return times


def _parsed(tree: ast.AST) -> set[str]:
    """The names that hold what `parse_args()` returned."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            function, target = node.value.func, node.targets[0]
            first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
            ends = getattr(function, "attr", getattr(function, "id", ""))
            if ends in ("parse_args", "parse_known_args", "parse_opt", "get_args") and isinstance(first, ast.Name):
                found.add(first.id)
    return found | ({"args", "opt"} if found else set())  # as it is called in the functions it is handed to


def _options(tree: ast.AST, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The options of argparse by destination, from the command line or their defaults."""
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if node.func.attr != "add_argument" or not words:
            continue
        given = {k.arg: k.value for k in node.keywords}
        long = next((w for w in words if w.startswith("--")), words[0]).lstrip("-")
        destination = _text(given.get("dest")) or long.replace("-", "_")
        asked = next((settings[w.lstrip("-")] for w in words if w.startswith("-") and w.lstrip("-") in settings), None)
        found[destination] = _option(given, asked)
    return found


def _option(given: Mapping[str | None, ast.expr], asked: Any) -> Any:
    default, kind, action = given.get("default"), given.get("type"), _text(given.get("action"))
    if action in ("store_true", "store_false"):
        return (action == "store_true") == (asked is not None)
    if action or "nargs" in given:
        return UNKNOWN
    try:
        known = ast.literal_eval(default) if default is not None else None
    except (ValueError, TypeError, SyntaxError):
        known = UNKNOWN
    if asked is None:
        return known
    cast = _CASTS.get(kind.id) if isinstance(kind, ast.Name) else str if kind is None else None
    try:
        return cast(str(asked)) if cast is not None else UNKNOWN
    except ValueError:
        return UNKNOWN


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
