"""Configurations of OpenMMLab: Python files of assignments, built on others that they name in `_base_`. Their text is worked out as
far as it is constants, dictionaries, names and sums; nothing is executed."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from traindx.inspect.configured.tree import DEEPEST, MOST_BYTES, SUMS, UNTOLD, Held, bare, merged

_LONGEST = 10_000


def read_python(path: Path, shown: str, depth: int = 0) -> tuple[Held, bool] | None:
    """The settings of a file with those of its bases under them, and whether all bases were found; None where it is no Python."""
    try:
        if path.stat().st_size > MOST_BYTES or depth > DEEPEST:
            return None
        tree = ast.parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, SyntaxError, RecursionError):
        return None
    under, whole, over = Held({}, shown, 1), True, _Reader(shown)
    for node in tree.body:
        for base in _bases(node, path):
            found = read_python(base, _beside(base, path, shown), depth + 1)
            whole = whole and found is not None and found[1]
            under = merged(under, found[0]) if found is not None else under
        over.base = under
        over.read(node)
    own = {name: held for name, held in over.held.items() if not name.startswith("_")}
    return merged(under, Held(own, shown, 1)), whole


def _bases(node: ast.stmt, path: Path) -> list[Path]:
    """The files that `_base_ = [...]`, or an import within `with read_base():`, names."""
    if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "_base_" for t in node.targets):
        try:
            named = ast.literal_eval(node.value)
        except (ValueError, TypeError, SyntaxError):
            return []
        return [path.parent / str(name) for name in (named if isinstance(named, (list, tuple)) else [named])]
    if isinstance(node, ast.With):
        imports = [one for one in node.body if isinstance(one, ast.ImportFrom) and one.level]
        return [_imported(one, path) for one in imports]
    return []


def _imported(node: ast.ImportFrom, path: Path) -> Path:
    folder = path.parent
    for _ in range(node.level - 1):
        folder = folder.parent
    return folder.joinpath(*(node.module or "").split(".")).with_suffix(".py")


def _beside(base: Path, path: Path, shown: str) -> str:
    """How a base is shown: as it is found from the file that names it."""
    home = path.resolve().parents[len(Path(shown).parts) - 1] if not Path(shown).is_absolute() else None
    found = base.resolve()
    return found.relative_to(home).as_posix() if home is not None and found.is_relative_to(home) else str(base)


class _Reader:
    """Works out assignments, one after the other."""

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self.held: dict[str, Held] = {}
        self.base = Held({})

    def read(self, node: ast.stmt) -> None:
        """Keep what an assignment gives a name; what changes a name in another way makes it UNTOLD."""
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.held[target.id] = self._of(node.value, 0)
        elif isinstance(node, (ast.If, ast.For, ast.AugAssign, ast.Try)):
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    self.held[part.id] = Held(UNTOLD, self._shown, part.lineno)
        elif (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            self._update(node.value, node.value.func)

    def _update(self, call: ast.Call, function: ast.Attribute) -> None:
        """`model.update(dict(...))`."""
        owner = function.value
        if function.attr == "update" and isinstance(owner, ast.Name) and len(call.args) == 1:
            before = self.held.get(owner.id) or self.base.entries.get(owner.id) or Held({})
            self.held[owner.id] = merged(before, self._of(call.args[0], 0))

    def _of(self, node: ast.expr, depth: int) -> Held:
        line = node.lineno
        if depth > DEEPEST:
            return Held(UNTOLD, self._shown, line)
        if isinstance(node, ast.Constant):
            told = not (isinstance(node.value, str) and "{{" in node.value)
            return Held(node.value if told else UNTOLD, self._shown, line)
        if isinstance(node, ast.Dict) and all(isinstance(k, ast.Constant) for k in node.keys):
            pairs = zip(node.keys, node.values, strict=True)
            return Held(
                {str(k.value): self._of(v, depth + 1) for k, v in pairs if isinstance(k, ast.Constant)},
                self._shown,
                line,
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
            found = {k.arg: self._of(k.value, depth + 1) for k in node.keywords if k.arg}
            return Held({k: Held(v.value, v.path, v.line) for k, v in found.items()}, self._shown, line)
        if isinstance(node, (ast.List, ast.Tuple)):
            return Held([self._of(part, depth + 1) for part in node.elts], self._shown, line)
        if isinstance(node, ast.Name):
            return self.held.get(node.id, Held(UNTOLD, self._shown, line))
        return Held(self._worked_out(node, depth), self._shown, line)

    def _worked_out(self, node: ast.expr, depth: int) -> Any:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self._of(node.operand, depth + 1).value
            return -value if isinstance(value, (int, float)) else UNTOLD
        if isinstance(node, ast.BinOp) and type(node.op) in SUMS:
            sides = [bare(self._of(side, depth + 1)) for side in (node.left, node.right)]
            if not all(isinstance(side, (int, float)) for side in sides):
                return UNTOLD
            try:
                return SUMS[type(node.op)](*sides)
            except ArithmeticError:
                return UNTOLD
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            return self._entry(node, depth)
        return UNTOLD

    def _entry(self, node: ast.Attribute | ast.Subscript, depth: int) -> Any:
        """`_base_.max_epochs`, `train_cfg["max_epochs"]`, `train_cfg.max_epochs`."""
        named = isinstance(node.value, ast.Name) and node.value.id == "_base_"
        owner = self.base if named else self._of(node.value, depth + 1)
        if isinstance(node, ast.Attribute):
            key: Any = node.attr
        else:
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(owner.value, list) and isinstance(key, int) and -len(owner.value) <= key < len(owner.value):
            return owner.value[key].value
        return owner.entries[key].value if key in owner.entries else UNTOLD
