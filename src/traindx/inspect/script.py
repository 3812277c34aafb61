"""A training script's calls and loops, with the literal values of their arguments, from its text: nothing is executed."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.script import Call, Loop, Script
from traindx.inspect.values import UNKNOWN, Values

LARGEST = 500_000
"""Characters of a script that is read: a longer file is no training script."""


def script_of(text: str, path: str, settings: Mapping[str, Any]) -> Script:
    """What the text tells; empty where it is no Python. `settings` are the options of the command, without their dashes."""
    if len(text) > LARGEST:
        return Script(path)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return Script(path)
    reader = _Reader(Values(tree, settings))
    reader.visit(tree)
    used = Counter(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    words = frozenset(n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    own = frozenset(n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef)))
    return Script(path, tuple(reader.calls), tuple(reader.loops), used, words, own)


class _Reader(ast.NodeVisitor):
    """Walks down and keeps the loops and the function around each call."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._around: list[Loop] = []
        self._scope = ""
        self._tried = self._counted = False
        self._target: dict[int, str] = {}
        self.calls: list[Call] = []
        self.loops: list[Loop] = []

    def visit_Assign(self, node: ast.Assign) -> None:
        self._target[id(node.value)] = ast.unparse(node.targets[0])
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        before, around = self._scope, self._around
        self._scope, self._around = node.name, []
        self.generic_visit(node)
        self._scope, self._around = before, around

    def visit_Try(self, node: ast.Try) -> None:
        before, self._tried = self._tried, True
        self.generic_visit(node)
        self._tried = before

    def visit_If(self, node: ast.If) -> None:
        before, self._counted = self._counted, self._counted or self._counts(node.test)
        self.generic_visit(node)
        self._counted = before

    def _counts(self, test: ast.expr) -> bool:
        """Whether a condition asks how far the loop is: by a remainder, or by what a loop counts."""
        names = {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}
        variables = {word for loop in self._around for word in re.findall(r"\w+", loop.variable)}
        counting = any(re.search(r"step|iter|epoch", name) for name in names)
        return counting or bool(names & variables) or any(isinstance(n, ast.Mod) for n in ast.walk(test))

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        loop = Loop(node.lineno, ast.unparse(node.target), ast.unparse(node.iter), self._times(node.iter))
        self.loops.append(loop)
        self._around = [*self._around, loop]
        for line in node.body:
            self.visit(line)
        self._around = self._around[:-1]
        for line in node.orelse:
            self.visit(line)

    def visit_Call(self, node: ast.Call) -> None:
        given = dict(_given(node))
        known = {name: value for name, part in given.items() if (value := self._values.of(part)) is not UNKNOWN}
        texts = {name: ast.unparse(part) for name, part in given.items()}
        function, target = ast.unparse(node.func), self._target.get(id(node), "")
        lines = {name: part.lineno for name, part in given.items()}
        self.calls.append(
            Call(
                function,
                node.lineno,
                known,
                texts,
                target,
                tuple(self._around),
                self._scope,
                lines,
                self._tried,
                self._counted,
            )
        )
        self.generic_visit(node)

    def _times(self, over: ast.expr) -> int | None:
        """How often a loop over `range(...)`, also inside `tqdm(...)` or `enumerate(...)`, runs."""
        while isinstance(over, ast.Call) and ast.unparse(over.func) != "range" and over.args:
            over = over.args[0]
        if not isinstance(over, ast.Call) or ast.unparse(over.func) != "range" or len(over.args) > 2:
            return None
        ends = [self._values.of(part) for part in over.args]
        if not ends or not all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
            return None
        return max(0, int(ends[-1]) - (int(ends[0]) if len(ends) == 2 else 0))


def _given(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The arguments by keyword or position; those of `**dict(...)` and `**{...}` written in place as well."""
    for number, part in enumerate(node.args):
        if isinstance(part, ast.Starred):
            break
        yield str(number), part
    for word in node.keywords:
        if word.arg is not None:
            yield word.arg, word.value
        elif isinstance(word.value, ast.Dict):
            for key, value in zip(word.value.keys, word.value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        else:
            yield "**", word.value
