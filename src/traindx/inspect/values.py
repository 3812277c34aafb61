"""The values that expressions of a script have, as far as its text, its files and the command line tell: nothing is executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from traindx.core.script import is_of_batches
from traindx.inspect.parsed import is_parsing, options_of, parsed_names
from traindx.inspect.scopes import At, Scopes

UNKNOWN = object()
"""A value that the text does not tell; None is a value."""

LARGEST = 1e30
_OPERATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: lambda base, exponent: float(base) ** exponent,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, of: one in of,
    ast.NotIn: lambda one, of: one not in of,
}
_CASTS: Mapping[str, Callable[[Any], Any]] = {"int": int, "float": float}
_MAPPINGS = (
    "dict",
    "EasyDict",
    "edict",
    "Namespace",
    "SimpleNamespace",
    "Munch",
    "Box",
    "DotMap",
    "AttrDict",
    "create",
)
_LOADERS = ("safe_load", "load", "full_load", "loads")
DEEPEST = 16


class Values:
    """Resolves expressions: constants, names and fields that are given one value, parameters whose calls are all of one value,
    options of argparse with their defaults, entries of dictionaries and of yaml and json files, which `read` opens by name.
    `batches` is what `len(loader)` is to be taken for, `taken` the value of conditions (`a if test else b`) that are not told.
    """

    def __init__(
        self, tree: ast.Module, settings: Mapping[str, Any], read: Callable[[str], Any] = lambda name: None
    ) -> None:
        self.scopes = Scopes(tree)
        self._read = read
        self.batches: int | None = None
        self.taken: Any = UNKNOWN
        self._options = options_of(tree, settings, UNKNOWN)
        self._parsed = parsed_names(tree)

    @property
    def options(self) -> dict[str, Any]:
        """The options of argparse that the text tells, and that the script does not store again."""
        return {k: v for k, v in self._options.items() if v is not UNKNOWN and not self._is_stored(k)}

    def of(self, node: ast.expr | None, scope: str = "", depth: int = 0) -> Any:
        """The value of an expression in a function, UNKNOWN where the text does not tell it."""
        if node is None or depth > DEEPEST:
            return UNKNOWN
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._same(self.scopes.name(node.id, scope), depth)
        if isinstance(node, ast.Attribute):
            return self._field(node, scope, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            if isinstance(node, ast.List) and self.scopes.grown(node):
                return UNKNOWN
            found = [self.of(item, scope, depth + 1) for item in node.elts]
            return UNKNOWN if any(item is UNKNOWN for item in found) else found
        if isinstance(node, ast.UnaryOp):
            return self._sign(node, scope, depth)
        if isinstance(node, ast.BinOp):
            return self._operation(node, scope, depth)
        if isinstance(node, ast.Compare):
            return self._comparison(node, scope, depth)
        if isinstance(node, ast.BoolOp):
            return self._either(node, scope, depth)
        if isinstance(node, ast.IfExp):
            test = self.of(node.test, scope, depth + 1)
            test = self.taken if test is UNKNOWN else test
            return UNKNOWN if test is UNKNOWN else self.of(node.body if test else node.orelse, scope, depth + 1)
        if isinstance(node, ast.Subscript):
            return self._entry(node, scope, depth)
        if isinstance(node, ast.Dict):
            held = self._mapping(node, scope, depth)
            return UNKNOWN if held is None else held
        return self._call(node, scope, depth) if isinstance(node, ast.Call) else UNKNOWN

    def _same(self, found: list[At], depth: int) -> Any:
        """The value that all of these expressions have."""
        values = [self.of(at.node, at.scope, depth + 1) for at in found]
        same = bool(values) and all(v is not UNKNOWN and v == values[0] for v in values)
        return values[0] if same else UNKNOWN

    def _sign(self, node: ast.UnaryOp, scope: str, depth: int) -> Any:
        value = self.of(node.operand, scope, depth + 1)
        if isinstance(node.op, ast.Not):
            return UNKNOWN if value is UNKNOWN else not value
        return -value if isinstance(node.op, ast.USub) and isinstance(value, (int, float)) else UNKNOWN

    def _comparison(self, node: ast.Compare, scope: str, depth: int) -> Any:
        sides = [self.of(side, scope, depth + 1) for side in (node.left, *node.comparators)]
        known = len(node.ops) == 1 and UNKNOWN not in sides
        try:
            return bool(_COMPARISONS[type(node.ops[0])](*sides)) if known else UNKNOWN
        except TypeError:
            return UNKNOWN

    def _either(self, node: ast.BoolOp, scope: str, depth: int) -> Any:
        """`a and b`, `a or b`: the first that decides."""
        value: Any = UNKNOWN
        for part in node.values:
            value = self.of(part, scope, depth + 1)
            if value is UNKNOWN or bool(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def _call(self, node: ast.Call, scope: str, depth: int) -> Any:
        """`int(x)` and `float(x)` of what is known, `settings.get("lr", 0.1)`, and what an own function returns."""
        if self.batches and isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
            return self.batches if is_of_batches(ast.unparse(node.args[0])) else UNKNOWN
        if isinstance(node.func, ast.Name) and node.func.id in _CASTS and len(node.args) == 1:
            value = self.of(node.args[0], scope, depth + 1)
            number = isinstance(value, (int, float)) and abs(value) < LARGEST
            return _CASTS[node.func.id](value) if number else UNKNOWN
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and 1 <= len(node.args) <= 2:
            held = self._mapping(node.func.value, scope, depth)
            key = self.of(node.args[0], scope, depth + 1)
            if held is None or not isinstance(key, str):
                return UNKNOWN
            return held[key] if key in held else self.of(node.args[1], scope, depth + 1) if node.args[1:] else None
        made = self.scopes.follow(At(node, scope))
        return UNKNOWN if made is None or made.node is node else self.of(made.node, made.scope, depth + 1)

    def _operation(self, node: ast.BinOp, scope: str, depth: int) -> Any:
        sides = self.of(node.left, scope, depth + 1), self.of(node.right, scope, depth + 1)
        known = all(isinstance(side, (int, float)) and abs(side) < LARGEST for side in sides)
        try:
            found = _OPERATIONS[type(node.op)](*sides) if known and type(node.op) in _OPERATIONS else UNKNOWN
        except ArithmeticError:
            return UNKNOWN
        return UNKNOWN if isinstance(found, complex) else found

    def _field(self, node: ast.Attribute, scope: str, depth: int) -> Any:
        """A field of what `parse_args` returned, of an own class or its object, or of a mapping that is read with dots."""
        owner = node.value
        made = self.scopes.follow(At(owner, scope))
        named = owner.id if isinstance(owner, ast.Name) else ""
        if (made is not None and is_parsing(made.node)) or named in self._parsed:
            return UNKNOWN if self._is_stored(node.attr) else self._options.get(node.attr, UNKNOWN)
        if stored := self.scopes.field(f"={named}", node.attr) if named and named != "self" else []:
            return self._same(stored, depth) if len(stored) == 1 else UNKNOWN
        if named == "self" or named in self.scopes.classes:
            kind = scope.partition(".")[0] if named == "self" else named
            found = self.scopes.field(kind, node.attr)
            return self._same(found, depth) if len(found) == 1 else UNKNOWN
        if made is not None and (kind := self.scopes.class_of(made)):
            return self._of_object(made, kind, node.attr, depth)
        held = self._mapping(owner, scope, depth)
        return UNKNOWN if held is None else held.get(node.attr, UNKNOWN)

    def _is_stored(self, name: str) -> bool:
        """Whether an option is given another value later on: `args.lr = ...`."""
        ends = {f"{owner}.{name}" for owner in self._parsed}
        return any(text in ends or text.endswith(tuple(f".{end}" for end in ends)) for text in self.scopes.changed)

    def _of_object(self, made: At, kind: str, name: str, depth: int) -> Any:
        """A field of an object of an own class: as its methods or its body give it, or as its call does."""
        found, call = self.scopes.field(kind, name), made.node
        assert isinstance(call, ast.Call)
        word = next((k.value for k in call.keywords if k.arg == name), None)
        own = f"{kind}.__init__" in self.scopes.functions
        if not own and (word is not None or call.args):
            return self.of(word, made.scope, depth + 1)
        return self._same(found, depth) if len(found) == 1 else UNKNOWN

    def _entry(self, node: ast.Subscript, scope: str, depth: int) -> Any:
        """`settings["lr"]` of a mapping that is not changed, `sizes[0]` of a list."""
        key = self.of(node.slice, scope, depth + 1)
        if isinstance(key, int) and not isinstance(key, bool):
            held = self.of(node.value, scope, depth + 1)
            return held[key] if isinstance(held, list) and -len(held) <= key < len(held) else UNKNOWN
        found = self._mapping(node.value, scope, depth) if isinstance(key, str) else None
        return UNKNOWN if found is None else found.get(key, UNKNOWN)

    def mapping(self, node: ast.expr, scope: str = "") -> Mapping[str, Any] | None:
        """The entries of a dictionary, UNKNOWN those that the text does not tell; None of what is none, or is changed."""
        return self._mapping(node, scope, 0)

    def _mapping(self, node: ast.expr, scope: str, depth: int) -> Mapping[str, Any] | None:
        """The entries of a dictionary that is written or read once and not changed; None of what is none."""
        if depth > DEEPEST or self.scopes.changed[f"{ast.unparse(node)}[]"]:
            return None
        made = self.scopes.follow(At(node, scope))
        if made is None or self.scopes.changed[f"{ast.unparse(made.node)}[]"]:
            return None
        if isinstance(made.node, ast.Dict):
            pairs = [
                (k.value, v)
                for k, v in zip(made.node.keys, made.node.values, strict=True)
                if isinstance(k, ast.Constant)
            ]
            once = len({key for key, _ in pairs}) == len(made.node.keys)
            return {str(key): self.of(v, made.scope, depth + 1) for key, v in pairs} if once else None
        if isinstance(made.node, (ast.Subscript, ast.Attribute)):
            inner = made.node.value
            key = (
                made.node.attr
                if isinstance(made.node, ast.Attribute)
                else self.of(made.node.slice, made.scope, depth + 1)
            )
            held = self._mapping(inner, made.scope, depth + 1)
            found = None if held is None or not isinstance(key, str) else held.get(key)
            return found if isinstance(found, dict) else None
        return self._made_mapping(made, depth) if isinstance(made.node, ast.Call) else None

    def _made_mapping(self, made: At, depth: int) -> Mapping[str, Any] | None:
        """What `dict(lr=0.1)`, `EasyDict({...})`, `Namespace(**settings)` or `yaml.safe_load(open("a.yaml"))` holds."""
        call = made.node
        assert isinstance(call, ast.Call)
        name = (
            call.func.attr
            if isinstance(call.func, ast.Attribute)
            else call.func.id
            if isinstance(call.func, ast.Name)
            else ""
        )
        if name in _LOADERS and call.args:
            path = self._path(call.args[0], made.scope, depth)
            found = self._read(path) if path else None
            return found if isinstance(found, dict) else None
        if name not in _MAPPINGS:
            return None
        parts = [*call.args, *(k.value for k in call.keywords if k.arg is None)]
        held = [self._mapping(part, made.scope, depth + 1) for part in parts]
        words = {k.arg: self.of(k.value, made.scope, depth + 1) for k in call.keywords if k.arg is not None}
        return (
            None
            if any(one is None for one in held)
            else {k: v for one in (*held, words) for k, v in (one or {}).items()}
        )

    def _path(self, node: ast.expr, scope: str, depth: int) -> str:
        """The file that is opened by `open(path)`, `Path(path).read_text()`, `with open(path) as file`; empty if not told."""
        made = self.scopes.follow(At(node, scope))
        for _ in range(4):
            if made is None:
                return ""
            value = self.of(made.node, made.scope, depth + 1)
            if isinstance(value, str):
                return value
            inner = made.node
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and not inner.args:
                made = self.scopes.follow(At(inner.func.value, made.scope))
            elif isinstance(inner, ast.Call) and inner.args:
                made = self.scopes.follow(At(inner.args[0], made.scope))
            else:
                return ""
        return ""
