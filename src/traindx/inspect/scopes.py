"""The functions and classes of a script, and what the names in them hold: by assignments, calls and returns, as text."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

DEEPEST = 10
"""Names that are followed one to the next."""


@dataclass(frozen=True)
class At:
    """An expression, and the function in which its names are read: `fit`, `Trainer.fit`, empty of the script itself."""

    node: ast.expr
    scope: str = ""


@dataclass(frozen=True)
class Site:
    """A call of one of the script's own functions, and the function that it stands in."""

    call: ast.Call
    scope: str


class Scopes:
    """Where each name gets its value. What is given a value twice, or in a way that cannot be followed, holds nothing."""

    def __init__(self, tree: ast.Module) -> None:
        self.functions: dict[str, ast.FunctionDef] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.scope: dict[int, str] = {}
        self.changed = Counter(_changes(tree))
        self._names: dict[tuple[str, str], list[ast.expr | None]] = defaultdict(list)
        self._fields: dict[tuple[str, str], list[At]] = defaultdict(list)
        self._parameters: set[tuple[str, str]] = set()
        self._called: set[int] = set()
        self._grown: dict[tuple[str, str], list[At]] = defaultdict(list)
        self._loaded: Counter[str] = Counter()
        self._sites: dict[str, list[Site]] = defaultdict(list)
        calls: list[Site] = []
        self._walk(tree, "", "", calls)
        for site in calls:
            if key := self._function_of(site):
                self._sites[key].append(site)

    def _walk(self, node: ast.AST, scope: str, within: str, calls: list[Site]) -> None:
        """Note every name, field, function and call below a node; `within` is the class around it."""
        for child in ast.iter_child_nodes(node):
            self.scope[id(child)] = scope
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                key = f"{within}.{child.name}" if within and not scope else f"{scope}/{child.name}".lstrip("/")
                if isinstance(child, ast.FunctionDef):
                    self.functions[key] = child
                for argument in (*child.args.posonlyargs, *child.args.args, *child.args.kwonlyargs):
                    self._names[key, argument.arg].append(None)
                    self._parameters.add((key, argument.arg))
                self._walk(child, key, within, calls)
            elif isinstance(child, ast.ClassDef):
                self.classes[child.name] = child
                self._walk(child, scope, child.name, calls)
            else:
                self._note(child, scope, within, calls)
                self._walk(child, scope, within, calls)

    def _note(self, node: ast.AST, scope: str, within: str, calls: list[Site]) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._hold(target, node.value, scope, within)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._hold(node.target, node.value, scope, within)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._hold(node.optional_vars, node.context_expr, scope, within)
        elif isinstance(node, (ast.For, ast.comprehension)):
            self._hold(node.target, None, scope, within)
        elif isinstance(node, ast.Global):
            for name in node.names:
                self._names["", name].append(None)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.List):
            self._grown[scope, node.target.id] += [At(part, scope) for part in node.value.elts]
        elif isinstance(node, (ast.AugAssign, ast.NamedExpr)):
            self._hold(node.target, None, scope, within)
        elif isinstance(node, ast.Call):
            calls.append(Site(node, scope))
            self._called.add(id(node.func))
            self._grow(node, scope)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in self._called:
            self._loaded[node.id] += 1

    def _grow(self, call: ast.Call, scope: str) -> None:
        """`groups.append({...})`, `groups.extend([...])`: what is added to a list."""
        method = call.func
        if not isinstance(method, ast.Attribute) or not isinstance(method.value, ast.Name) or len(call.args) != 1:
            return
        given = call.args[0]
        if method.attr in ("append", "add_param_group"):
            self._grown[scope, method.value.id].append(At(given, scope))
        elif method.attr in ("extend", "insert"):
            parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]
            self._grown[scope, method.value.id] += [At(part, scope) for part in parts]

    def grown(self, made: ast.expr) -> list[At]:
        """What is added to the list that an expression makes, in the function that makes it."""
        holds = [key for key in self._grown if any(value is made for value in self._names.get(key, ()))]
        return [at for key in holds for at in self._grown[key]]

    def _hold(self, target: ast.expr, value: ast.expr | None, scope: str, within: str) -> None:
        if isinstance(target, ast.Name) and within and not scope:
            self._fields[within, target.id] += [At(value, "")] if value is not None else []
        elif isinstance(target, ast.Name):
            self._names[scope, target.id].append(value)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and value is not None:
            owner = within if target.value.id == "self" and within else f"={target.value.id}"
            self._fields[owner, target.attr].append(At(value, scope))
        elif isinstance(target, (ast.Tuple, ast.List)):
            same = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
            for number, one in enumerate(target.elts):
                part: ast.expr | None = None
                if same and isinstance(value, (ast.Tuple, ast.List)):
                    part = value.elts[number]
                elif value is not None:
                    part = ast.Subscript(value=value, slice=ast.Constant(number), ctx=ast.Load())
                self._hold(one.value if isinstance(one, ast.Starred) else one, part, scope, within)

    def _function_of(self, site: Site) -> str:
        """Which of the script's own functions a call runs; empty where it is none."""
        called = site.call.func
        if isinstance(called, ast.Name):
            if called.id in self.classes:
                return self._method(called.id, "__init__")
            return next((key for key in _outwards(site.scope, called.id) if key in self.functions), "")
        if not isinstance(called, ast.Attribute):
            return ""
        if isinstance(called.value, ast.Name) and called.value.id == "self":
            return self._method(site.scope.partition(".")[0], called.attr)
        owner = self.follow(At(called.value, site.scope))
        return self._method(self.class_of(owner), called.attr) if owner is not None else ""

    def class_of(self, made: At | None) -> str:
        """The own class that an expression makes an object of; empty where it makes none."""
        call = made.node if made is not None else None
        named = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
        return named if named in self.classes else ""

    def _method(self, kind: str, name: str) -> str:
        """The method of a class, or of the first of its own bases that has it."""
        for _ in range(DEEPEST):
            if f"{kind}.{name}" in self.functions:
                return f"{kind}.{name}"
            bases = self.classes[kind].bases if kind in self.classes else []
            kind = next((b.id for b in bases if isinstance(b, ast.Name) and b.id in self.classes), "")
        return ""

    def sites(self, function: str) -> list[Site]:
        """Where a function is called; nothing of one that is also handed on as a value, and may be called from anywhere."""
        own = function.rpartition("/")[2].rpartition(".")
        name = own[0] if own[2] == "__init__" else own[2]
        return [] if self._loaded[name] and not own[0] else self._sites[function]

    def name(self, name: str, scope: str) -> list[At]:
        """What a name holds in a function: one expression, or of a parameter those of all calls; nothing where it is not told."""
        for key in _outwards(scope, ""):
            if (key, name) in self._parameters:
                return self._given(key, name) if len(self._names[key, name]) == 1 else []
            values = self._names.get((key, name))
            if values:
                return [At(values[0], key)] if len(values) == 1 and values[0] is not None else []
        return []

    def _given(self, function: str, name: str) -> list[At]:
        """What the calls of a function give for a parameter; nothing where one of them cannot be told."""
        of, found = self.functions.get(function), []
        for site in self.sites(function) if of is not None else []:
            at = _argument(of, name, site, method="." in function)
            if at is None:
                return []
            found.append(at)
        return found

    def field(self, kind: str, name: str) -> list[At]:
        """What a field of a class is given in its own methods and body; of `=name` what is stored in a name's field."""
        return self._fields.get((kind, name), [])

    def follow(self, at: At, depth: int = 0) -> At | None:
        """The expression that makes what another one names: through names, fields, unpacked tuples, returns of own functions."""
        if depth > DEEPEST:
            return None
        node, found = at.node, [at]
        if isinstance(node, ast.Name):
            found = self.name(node.id, at.scope)
        elif isinstance(node, ast.Attribute):
            found = self._followed_field(node, at.scope, depth) or found
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and type(node.slice.value) is int:
            held = self.follow(At(node.value, at.scope), depth + 1)
            if held is None or not isinstance(held.node, (ast.Tuple, ast.List)):
                return at
            found = [At(part, held.scope) for part in held.node.elts[node.slice.value : node.slice.value + 1]]
        elif isinstance(node, ast.Call):
            key = self._function_of(Site(node, at.scope))
            found = (
                [At(r, key) for r in _returned(self.functions[key])] if key and not key.endswith(".__init__") else found
            )
        if len(found) != 1:
            return None
        return found[0] if found[0] is at else self.follow(found[0], depth + 1)

    def _followed_field(self, node: ast.Attribute, scope: str, depth: int) -> list[At]:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return self.field(scope.partition(".")[0], node.attr)
        owner = self.follow(At(node.value, scope), depth + 1)
        return self.field(kind, node.attr) if (kind := self.class_of(owner)) else []


def _outwards(scope: str, name: str) -> Iterator[str]:
    """The keys under which a name may stand, from the inside out: those of functions in functions first."""
    while scope:
        yield f"{scope}/{name}" if name else scope
        scope = scope.rpartition("/")[0]
    yield name


def _argument(of: ast.FunctionDef | None, name: str, site: Site, *, method: bool) -> At | None:
    """What a call gives for a parameter, or its default."""
    assert of is not None
    word = next((k.value for k in site.call.keywords if k.arg == name), None)
    if word is not None:
        return At(word, site.scope)
    if any(k.arg is None for k in site.call.keywords) or any(isinstance(a, ast.Starred) for a in site.call.args):
        return None
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in of.decorator_list)
    places = [a.arg for a in (*of.args.posonlyargs, *of.args.args)]
    place = places.index(name) - (1 if method and not static else 0) if name in places else -1
    if 0 <= place < len(site.call.args):
        return At(site.call.args[place], site.scope)
    pairs = [*zip(reversed(places), reversed(of.args.defaults), strict=False)]
    pairs += [(a.arg, d) for a, d in zip(of.args.kwonlyargs, of.args.kw_defaults, strict=True) if d is not None]
    default = next((value for word, value in pairs if word == name), None)
    return None if default is None else At(default, "")


def _returned(of: ast.FunctionDef) -> list[ast.expr]:
    """What a function returns, without what functions in it return."""
    found, waiting = [], list(of.body)
    while waiting:
        node: ast.AST = waiting.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            found.append(node.value)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)  # type: ignore[arg-type]
    return found


def _changes(tree: ast.AST) -> Iterator[str]:
    """The fields (`a.b`) that are stored, and the names whose content is (`a[]`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield ast.unparse(node)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield f"{ast.unparse(node.value)}[]"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            yield f"{ast.unparse(node.func.value)}[]"
