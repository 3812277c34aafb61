"""Structured configurations: dataclasses that a script gives to the ConfigStore of Hydra, as settings. Nothing of it is run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from traindx.inspect.configured.tree import DEEPEST, MOST_BYTES, NOT_YET, UNTOLD, Held, made


def stored_in(path: Path, shown: str) -> Mapping[str, Held]:
    """What `ConfigStore.instance().store(group="optim", name="adam", node=Adam)` stores, by `group/name`."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8-sig")) if path.stat().st_size <= MOST_BYTES else None
    except (OSError, ValueError, SyntaxError, RecursionError):
        return {}
    if tree is None:
        return {}
    reader, found = _Reader(tree, shown), {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "store"):
            continue
        given = dict(zip(("name", "node", "group", "package"), node.args, strict=False))
        given |= {word.arg: word.value for word in node.keywords if word.arg}
        name, group = (_text(given.get(key)) for key in ("name", "group"))
        held = reader.of(given["node"], 0) if "node" in given else None
        if name and held is not None and isinstance(held.value, dict):
            found[f"{group}/{name}".lstrip("/").removesuffix(".yaml")] = held
    return found


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


class _Reader:
    """Values of expressions in a module of dataclasses."""

    def __init__(self, tree: ast.Module, shown: str) -> None:
        self._shown = shown
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self._names = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def of(self, node: ast.expr, depth: int) -> Held:
        """A constant, a list, a dictionary, a dataclass or an object of one, `field(default=...)`; UNTOLD of anything else."""
        line = node.lineno
        if depth > DEEPEST:
            return Held(UNTOLD, self._shown, line)
        if isinstance(node, ast.Name) and node.id in self._names:
            return self.of(self._names[node.id], depth + 1)
        if isinstance(node, ast.Name) and node.id in self._classes:
            return self._fields(self._classes[node.id], depth)
        if isinstance(node, ast.Lambda):
            return self.of(node.body, depth + 1)
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            return Held([self.of(part, depth + 1) for part in node.elts], self._shown, line)
        if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
            pairs = zip(node.keys, node.values, strict=True)
            return Held({str(ast.literal_eval(k)): self.of(v, depth + 1) for k, v in pairs if k}, self._shown, line)
        try:
            return made(ast.literal_eval(node), self._shown, line)
        except (ValueError, TypeError, SyntaxError):
            return Held(UNTOLD, self._shown, line)

    def _called(self, node: ast.Call, depth: int) -> Held:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = {word.arg: word.value for word in node.keywords if word.arg}
        if name == "field":
            given = words.get("default", words.get("default_factory"))
            return Held(UNTOLD, self._shown, node.lineno) if given is None else self.of(given, depth + 1)
        if name in self._classes and not node.args:
            held = self._fields(self._classes[name], depth)
            own = {key: self.of(value, depth + 1) for key, value in words.items()}
            return Held({**held.entries, **own}, self._shown, node.lineno)
        return Held(UNTOLD, self._shown, node.lineno)

    def _fields(self, kind: ast.ClassDef, depth: int) -> Held:
        """The fields of a dataclass, those of its bases below them."""
        found: dict[str, Held] = {}
        for base in kind.bases:
            if isinstance(base, ast.Name) and base.id in self._classes and depth < DEEPEST:
                found |= self._fields(self._classes[base.id], depth + 1).entries
        for node in kind.body:
            if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
                continue
            named = node.annotation if isinstance(node.annotation, ast.Name) else None
            value = node.value or (named if named is not None and named.id in self._classes else None)
            missing = node.value is not None and ast.unparse(node.value) in ("MISSING", "omegaconf.MISSING")
            held = Held(NOT_YET) if missing else Held(UNTOLD) if value is None else self.of(value, depth + 1)
            found[node.target.id] = Held(held.value, self._shown, node.lineno)
        return Held(found, self._shown, kind.lineno)
