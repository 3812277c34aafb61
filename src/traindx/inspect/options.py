"""Which options of a script's command line it never reads, or overwrites: read from the text, nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

FREE = ("argv", "vars", "getattr", "locals", "globals", "click", "fire", "HfArgumentParser", "OmegaConf")
"""Names by which a script may read its options in another way; where one is used nothing is said."""


def ignored_options(script: str) -> Mapping[str, int]:
    """Options that an `argparse` script declares and never reads, or reads after it has assigned another value, by name as
    after the dashes, each with its line. Empty where the parsed options are handed on as a whole, or cannot be followed.
    """
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError):
        return {}
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    parsed = _parsed(tree)
    if not parsed or named & set(FREE) or _handed_on(tree, parsed):
        return {}
    reads = {node.attr for node in _attributes(tree, parsed) if isinstance(node.ctx, ast.Load)}
    writes = {node.attr: node.lineno for node in _attributes(tree, parsed) if isinstance(node.ctx, ast.Store)}
    found = {}
    for name, destination, line in _declared(tree):
        if destination in writes:
            found[name] = writes[destination]
        elif destination not in reads:
            found[name] = line
    return found


def _parsed(tree: ast.AST) -> set[str]:
    """The names that hold what `parse_args()` returned."""
    found: set[str] = set()
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and isinstance(node, ast.Assign):
            targets = node.targets[0]
            first = targets.elts[0] if isinstance(targets, ast.Tuple) and targets.elts else targets
            if value.func.attr in ("parse_args", "parse_known_args") and isinstance(first, ast.Name):
                found.add(first.id)
    return found


def _attributes(tree: ast.AST, parsed: set[str]) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in parsed:
            yield node


def _handed_on(tree: ast.AST, parsed: set[str]) -> bool:
    """Whether a parsed name is used as a whole: given to a function, returned, stored. Printing it is no reading."""
    inside = {id(node.value) for node in _attributes(tree, parsed)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            inside |= {id(part) for part in ast.walk(node)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in parsed]
    return any(id(node) not in inside and isinstance(node.ctx, ast.Load) for node in names)


def _declared(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """Name, destination and line of each `add_argument`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument":
            words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            long = next((word for word in words if word.startswith("--")), None)
            given = [k.value.value for k in node.keywords if k.arg == "dest" and isinstance(k.value, ast.Constant)]
            if long is not None:
                yield long[2:], str(given[0]) if given else long[2:].replace("-", "_"), node.lineno
