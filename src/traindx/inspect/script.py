"""A training script's calls and loops, with the literal values of their arguments, from its text: nothing is executed."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from traindx.core.script import Call, Loop, Script
from traindx.inspect.counted import groups_of, passes_of
from traindx.inspect.formula import rates_of
from traindx.inspect.scopes import DEEPEST, At
from traindx.inspect.values import UNKNOWN, Values

LARGEST = 500_000
"""Characters of a script that is read: a longer file is no training script."""


def script_of(
    text: str, path: str, settings: Mapping[str, Any], read: Callable[[str], Any] = lambda name: None
) -> Script:
    """What the text tells; empty where it is no Python. `settings` are the options of the command, without their dashes; `read`
    opens the yaml and json files that the script loads.
    """
    if len(text) > LARGEST:
        return Script(path)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return Script(path)
    words = frozenset(n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    own = frozenset(n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef)))
    tree = _Taken(Values(tree, settings, read)).visit(tree)
    reader = _Reader(Values(tree, settings, read))
    reader.visit(tree)
    used = Counter(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    intervals = frozenset(_intervals(tree))
    fields = tuple(_fields(tree, reader.values, now_and_then=False))
    return Script(
        path,
        reader.calls,
        tuple(reader.loops),
        used,
        words,
        own,
        intervals,
        frozenset(_stored(tree)),
        fields,
        reader.values.options,
    )


def _fields(node: ast.AST, values: Values, *, now_and_then: bool) -> Iterator[tuple[str, Any, int]]:
    """Fields in capitals that are given a value; what stands inside of a condition or a loop has none that the text tells."""
    for child in ast.iter_child_nodes(node):
        inside = now_and_then or isinstance(child, (ast.If, ast.For, ast.While, ast.ExceptHandler))
        if isinstance(child, ast.Assign):
            for target in child.targets:
                first, _, name = ast.unparse(target).partition(".")
                if first.isidentifier() and re.fullmatch(r"[A-Z][A-Z0-9_]*(\.[A-Z][A-Z0-9_]*)+", name):
                    value = values.of(child.value, values.scopes.scope[id(child)])
                    yield name, None if inside or value is UNKNOWN else value, child.lineno
        yield from _fields(child, values, now_and_then=inside)


def _stored(tree: ast.AST) -> Iterator[str]:
    """The fields in a chain that is written into (`optimizer.param_groups[0]["lr"] = 0.1`), and those that a loop runs over: what
    it takes from there may be changed."""
    for node in ast.walk(tree):
        written = isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store)
        for part in ast.walk(node) if written else ast.walk(node.iter) if isinstance(node, ast.For) else ():
            if isinstance(part, ast.Attribute):
                yield part.attr


def _intervals(tree: ast.AST) -> Iterator[str]:
    """What stands beside "interval" in a dictionary: how often Lightning is told to step a schedule."""
    for node in ast.walk(tree):
        pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
        for key, value in pairs:
            if isinstance(key, ast.Constant) and key.value == "interval":
                yield str(value.value) if isinstance(value, ast.Constant) else ""


class _Reader(ast.NodeVisitor):
    """Walks down and keeps the loops and the function around each call."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self._around: list[Loop] = []
        self._scope = ""
        self._tried = self._counted = False
        self._target: dict[int, str] = {}
        self._call: dict[int, Call] = {}
        self._key: dict[int, str] = {}
        self.loops: list[Loop] = []

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls, with the loops around the one place from which the function that they stand in is called."""
        return tuple(self._in_loops(number) for number in self._call)

    def _in_loops(self, number: int, depth: int = 0) -> Call:
        call, key = self._call[number], self._key[number]
        sites = (
            [s for s in self.values.scopes.sites(key) if id(s.call) in self._call] if key and depth < DEEPEST else []
        )
        around = [self._in_loops(id(site.call), depth + 1) for site in sites]
        if not around or any(a.loops != around[0].loops for a in around):
            return call
        tried, counted = any(a.tried for a in around), any(a.now_and_then for a in around)
        loops = (*around[0].loops, *call.loops)
        return replace(call, loops=loops, tried=call.tried or tried, now_and_then=call.now_and_then or counted)

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

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        before, self._counted = self._counted, self._counted or self._counts(node.values[0])
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
        key = self.values.scopes.scope[id(node)]
        given = dict(_given(node))
        given |= self._spread(node, key)
        known = {name: value for name, part in given.items() if (value := self.values.of(part, key)) is not UNKNOWN}
        if rates := {name: r for name, part in given.items() if (r := rates_of(part, key, self.values)) is not None}:
            known |= rates
        self._key[id(node)] = key
        self._call[id(node)] = Call(
            ast.unparse(node.func),
            node.lineno,
            known,
            {name: ast.unparse(part) for name, part in given.items()},
            self._target.get(id(node), ""),
            tuple(self._around),
            self._scope,
            {name: part.lineno for name, part in given.items()},
            self._tried,
            self._counted,
            self._made(node, key),
            {name: n for name, part in given.items() if (n := passes_of(part, key, self.values)) is not None},
            next(
                (g for name in ("params", "0") if name in given and (g := groups_of(given[name], key, self.values))),
                (),
            ),
        )
        self.generic_visit(node)

    def _spread(self, node: ast.Call, key: str) -> dict[str, ast.expr]:
        """The arguments of `**settings`, where the text tells what that holds; their line is that of the call's."""
        found: dict[str, ast.expr] = {}
        for word in (w for w in node.keywords if w.arg is None and not isinstance(w.value, ast.Dict)):
            for name, value in (self.values.mapping(word.value, key) or {}).items():
                part = ast.Starred(word.value) if value is UNKNOWN else ast.Constant(value)
                found[name] = ast.copy_location(part, word.value)
        return found

    def _made(self, node: ast.Call, key: str) -> int:
        """The line of the call that made what a method is called of (`scheduler.step()`); 0 where that cannot be told."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if not isinstance(owner, (ast.Name, ast.Attribute)):
            return 0
        made = self.values.scopes.follow(At(owner, key))
        return made.node.lineno if made is not None and isinstance(made.node, ast.Call) else 0

    def _times(self, over: ast.expr) -> int | None:
        """How often a loop over `range(...)`, also inside `tqdm(...)` or `enumerate(...)`, runs."""
        while isinstance(over, ast.Call) and ast.unparse(over.func) != "range" and over.args:
            over = over.args[0]
        if not isinstance(over, ast.Call) or ast.unparse(over.func) != "range" or len(over.args) > 2:
            return None
        ends = [self.values.of(part, self.values.scopes.scope[id(over)]) for part in over.args]
        if not ends or not all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
            return None
        return max(0, int(ends[-1]) - (int(ends[0]) if len(ends) == 2 else 0))


class _Taken(ast.NodeTransformer):
    """Leaves out the branches that are not taken: of conditions whose value the text tells."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt] | None:
        test = self.values.of(node.test, self.values.scopes.scope[id(node)])
        self.generic_visit(node)
        if test is UNKNOWN or not isinstance(test, (bool, str, int, float, type(None))):
            return node
        return (node.body if test else node.orelse) or ast.Pass(lineno=node.lineno, col_offset=0)


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
