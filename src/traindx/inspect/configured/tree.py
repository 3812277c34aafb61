"""A tree of settings that knows where each entry is written: from yaml and json, merged as Hydra and OpenMMLab merge."""

from __future__ import annotations

import ast
import operator
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 2**18
DEEPEST = 24
UNTOLD = object()
"""A value that the text does not tell."""
NOT_YET = "???"
"""OmegaConf's word for an entry that something else is to give: it takes nothing away from what is there."""
SUMS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+")


@dataclass(frozen=True)
class Held:
    """`value` is a plain value, a dictionary or a list of others like this, or UNTOLD."""

    value: Any
    path: str = ""
    line: int | None = None

    @property
    def entries(self) -> dict[str, Held]:
        """Those of a dictionary, none of anything else."""
        return self.value if isinstance(self.value, dict) else {}


def read_yaml(path: Path, shown: str) -> Held | None:
    """A yaml or json file; None where it is none, too long, or damaged."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8-sig"))
        try:
            node = loader.get_single_node()
            return None if node is None else _held(loader, node, shown, 0)
        finally:
            loader.dispose()
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return None


def _held(loader: yaml.SafeLoader, node: yaml.Node, shown: str, depth: int) -> Held:
    line = node.start_mark.line + 1
    if depth > DEEPEST:
        return Held(UNTOLD, shown, line)
    if isinstance(node, yaml.MappingNode):
        loader.flatten_mapping(node)
        found = {}
        for key, part in node.value:
            held = _held(loader, part, shown, depth + 1)
            found[str(key.value)] = Held(held.value, shown, key.start_mark.line + 1)
        return Held(found, shown, line)
    if isinstance(node, yaml.SequenceNode):
        return Held([_held(loader, part, shown, depth + 1) for part in node.value], shown, line)
    try:
        return Held(plain(loader.construct_object(node)), shown, line)
    except yaml.YAMLError:
        return Held(UNTOLD, shown, line)


def plain(value: Any) -> Any:
    """A word as OmegaConf and Detectron2 understand it: `1e-3` is a number, `(60000, 80000)` a list; `${...}` is left as it is."""
    if not isinstance(value, str):
        return value
    if _NUMBER.fullmatch(value):
        return float(value)
    if value.startswith("(") and value.endswith(")"):
        try:
            found = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError):
            return value
        return [Held(part) for part in found] if isinstance(found, tuple) else value
    return value


def word(text: str) -> Any:
    """The value of a word on the command line."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return plain(found) if not isinstance(found, (dict, list)) else made(found, "", None).value


def made(value: Any, shown: str, line: int | None) -> Held:
    """A plain value as a tree."""
    if isinstance(value, dict):
        return Held({str(k): made(v, shown, line) for k, v in value.items()}, shown, line)
    if isinstance(value, (list, tuple)):
        return Held([made(v, shown, line) for v in value], shown, line)
    return Held(plain(value), shown, line)


def merged(under: Held, over: Held) -> Held:
    """Dictionaries entry by entry, anything else replaced; an entry `_delete_` of OpenMMLab takes what was there before away."""
    above = over.entries
    if over.value == NOT_YET:
        return under
    if not isinstance(under.value, dict) or not isinstance(over.value, dict):
        return over
    if "_delete_" in above:
        return Held({k: v for k, v in above.items() if k != "_delete_"}, over.path, over.line)
    found = dict(under.value)
    for key, part in above.items():
        found[key] = merged(found[key], part) if key in found else part
    return Held(found, over.path or under.path, over.line or under.line)


def put(tree: Held, name: str, part: Held) -> Held:
    """The tree with an entry at a dotted name, merged with what is there."""
    for key in reversed([k for k in name.split(".") if k]):
        part = Held({key: part}, part.path, part.line)
    return merged(tree, part)


def at(tree: Held, name: str) -> Held | None:
    """The entry at a dotted name."""
    for key in name.split("."):
        if isinstance(tree.value, list) and key.isdigit() and int(key) < len(tree.value):
            tree = tree.value[int(key)]
        elif key in tree.entries:
            tree = tree.entries[key]
        else:
            return None
    return tree


def walk(tree: Held, name: str = "") -> Iterator[tuple[str, Held]]:
    """Every entry with its dotted name, outer ones first."""
    waiting = [(name, tree)]
    while waiting:
        name, held = waiting.pop(0)
        if name:
            yield name, held
        parts = (
            held.entries.items()
            if isinstance(held.value, dict)
            else enumerate(held.value)
            if isinstance(held.value, list)
            else ()
        )
        waiting += [(f"{name}.{key}" if name else str(key), part) for key, part in parts]


def bare(held: Held) -> Any:
    """Without the places: plain values, lists and dictionaries; UNTOLD of what holds something untold in a list."""
    if isinstance(held.value, list):
        found = [bare(part) for part in held.value]
        return UNTOLD if any(part is UNTOLD for part in found) else found
    return {k: bare(v) for k, v in held.value.items()} if isinstance(held.value, dict) else held.value


def resolved(tree: Held) -> Held:
    """Interpolations (`${a.b}`, `${.a}`, `x-${a}`) replaced by what they name. Of resolvers OmegaConf's own are worked out, and
    sums of numbers (`eval`); others (`${now:...}`) are UNTOLD."""
    return _resolved(tree, tree, "", 0)


def _resolved(held: Held, tree: Held, name: str, depth: int) -> Held:
    if isinstance(held.value, dict):
        return Held(
            {k: _resolved(v, tree, f"{name}.{k}".lstrip("."), depth) for k, v in held.value.items()},
            held.path,
            held.line,
        )
    if isinstance(held.value, list):
        parts = [_resolved(v, tree, f"{name}.{n}".lstrip("."), depth) for n, v in enumerate(held.value)]
        return Held(parts, held.path, held.line)
    if not isinstance(held.value, str) or "${" not in held.value:
        return held
    text = held.value.strip()
    for _ in range(DEEPEST):
        match = re.search(r"\$\{([^${}]+)\}", text)
        if match is None:
            return Held(UNTOLD if "${" in text else plain(text), held.path, held.line)
        found = _named(match[1].strip(), tree, name, depth)
        if match[0] == text:
            return Held(found.value, found.path or held.path, found.line or held.line)
        if found.value is UNTOLD or isinstance(found.value, (dict, list)):
            break
        text = text.replace(match[0], str(found.value))
    return Held(UNTOLD, held.path, held.line)


def _named(written: str, tree: Held, name: str, depth: int) -> Held:
    """What stands between the braces: the name of an entry, or a resolver with its arguments."""
    resolver, is_call, given = written.partition(":")
    if is_call:
        return _by_resolver(resolver, [part.strip() for part in given.split(",")], tree, depth)
    dots = len(written) - len(written.lstrip("."))
    above = name.split(".")[: -dots or None] if dots else []
    target = ".".join([*above, *re.sub(r"\[(\w+)\]", r".\1", written.lstrip(".")).split(".")])
    found = at(tree, target) if depth <= DEEPEST else None
    return Held(UNTOLD) if found is None else _resolved(found, tree, target, depth + 1)


def _by_resolver(resolver: str, given: list[str], tree: Held, depth: int) -> Held:
    """`oc.env` as the environment is here, else its default; `oc.select`, `oc.decode`; `eval` and its kin of numbers."""
    if resolver in ("oc.env", "env"):
        value = os.environ.get(given[0], given[1] if len(given) > 1 else None)
        return Held(UNTOLD) if value is None else Held(word(value) if resolver == "env" or len(given) > 1 else value)
    if resolver == "oc.select":
        found = at(tree, given[0])
        if found is not None:
            return _resolved(found, tree, given[0], depth + 1)
        return Held(word(given[1])) if len(given) > 1 else Held(None)
    if resolver == "oc.decode":
        return Held(word(given[0].strip("'\"")))
    signs = {"mul": "*", "multiply": "*", "div": "/", "divide": "/", "add": "+", "sum": "+", "sub": "-"}
    text = ",".join(given) if resolver in ("eval", "python_eval") else signs.get(resolver, ",").join(given)
    known = resolver in ("eval", "python_eval") or resolver in signs
    return Held(_sum_of(text.strip("'\"")) if known else UNTOLD)


def _sum_of(text: str) -> Any:
    """The value of a sum of numbers, UNTOLD of anything else."""
    try:
        return _worked_out(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError):
        return UNTOLD


def _worked_out(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_worked_out(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in SUMS:
        return SUMS[type(node.op)](_worked_out(node.left), _worked_out(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("int", "float"):
        value = _worked_out(*node.args)
        return int(value) if node.func.id == "int" else float(value)
    raise ValueError(ast.dump(node))
