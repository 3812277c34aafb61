"""The options that a script reads by argparse: what the command says, or their defaults."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

_CASTS: Mapping[str, Callable[[str], Any]] = {"int": int, "float": float, "str": str}


def is_parsing(node: ast.expr) -> bool:
    """Whether an expression parses the command line."""
    if isinstance(node, ast.Subscript):
        node = node.value
    named = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
    return named in ("parse_args", "parse_known_args", "parse_opt", "get_args")


def parsed_names(tree: ast.AST) -> set[str]:
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


def options_of(tree: ast.AST, settings: Mapping[str, Any], unknown: Any) -> dict[str, Any]:
    """The options of argparse by destination, from the command line or their defaults; `unknown` where the text does not tell."""
    found: dict[str, Any] = {}
    elsewhere = any(isinstance(n, ast.Attribute) and n.attr == "set_defaults" for n in ast.walk(tree))
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
        found[destination] = unknown if elsewhere and asked is None else _option(given, asked, unknown)
    return found


def _option(given: Mapping[str | None, ast.expr], asked: Any, unknown: Any) -> Any:
    default, kind, action = given.get("default"), given.get("type"), _text(given.get("action"))
    if action in ("store_true", "store_false"):
        return (action == "store_true") == (asked is not None)
    if action or "nargs" in given:
        return unknown
    try:
        known = ast.literal_eval(default) if default is not None else None
    except (ValueError, TypeError, SyntaxError):
        known = unknown
    if asked is None:
        return known
    cast = _CASTS.get(kind.id) if isinstance(kind, ast.Name) else str if kind is None else None
    try:
        return cast(str(asked)) if cast is not None else unknown
    except ValueError:
        return unknown


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
