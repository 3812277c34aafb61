"""A tree of settings that knows where each entry is written: from yaml and json, merged as Hydra and OpenMMLab merge."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 2**18
DEEPEST = 24
UNTOLD = object()
"""A value that the text does not tell."""
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
    """Interpolations (`${a.b}`, `${.a}`, `${..a}`) replaced by what they name; those of resolvers (`${now:...}`) are UNTOLD."""
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
    whole = re.fullmatch(r"\$\{([^${}]+)\}", held.value.strip())
    if depth > DEEPEST or whole is None or ":" in whole[1]:
        return Held(UNTOLD, held.path, held.line)
    named, dots = whole[1].strip(), len(whole[1].strip()) - len(whole[1].strip().lstrip("."))
    above = name.split(".")[: -dots or None] if dots else []
    target = ".".join([*above, *re.sub(r"\[(\w+)\]", r".\1", named.lstrip(".")).split(".")])
    found = at(tree, target)
    if found is None:
        return Held(UNTOLD, held.path, held.line)
    inner = _resolved(found, tree, target, depth + 1)
    return Held(inner.value, found.path or held.path, found.line or held.line)
