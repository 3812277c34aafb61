"""A Python file as a tree that keeps every blank and comment (libcst): which statement stands at a line, what is around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

Node = TypeVar("Node", bound=cst.CSTNode)
Loop = (cst.For, cst.While)
Scope = (cst.FunctionDef, cst.Module)


class Script:
    """`path` as the recording names it, `file` where it lies. Raises `libcst.ParserSyntaxError` for what is no Python."""

    def __init__(self, path: str, file: Path, text: str) -> None:
        self.path, self.file, self.text = path, file, text
        wrapper = MetadataWrapper(cst.parse_module(text))
        self.tree = wrapper.module
        self._ranges = wrapper.resolve(PositionProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)

    def line(self, node: cst.CSTNode) -> int:
        """The line on which a node begins."""
        return int(self._ranges[node].start.line)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """What a node stands in."""
        return self._parents.get(node)

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """All that a node stands in, the nearest first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def nearest(self, node: cst.CSTNode, *kinds: type[cst.CSTNode]) -> cst.CSTNode | None:
        """The nearest of `kinds` around a node."""
        return next((above for above in self.around(node) if isinstance(above, kinds)), None)

    def scope(self, node: cst.CSTNode) -> cst.CSTNode:
        """The function or the module that a node belongs to."""
        return self.nearest(node, *Scope) or self.tree

    def loop(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The loop around a node, of the same function."""
        found = self.nearest(node, *Loop, cst.FunctionDef)
        return found if isinstance(found, Loop) else None

    def of(self, kind: type[Node], inside: cst.CSTNode | None = None) -> list[Node]:
        """All nodes of a kind, in the order of the text."""
        found: list[Node] = []

        def look(node: cst.CSTNode) -> None:
            if isinstance(node, kind):
                found.append(node)
            for child in node.children:
                look(child)

        look(self.tree if inside is None else inside)
        return found

    def statement(self, line: int) -> cst.BaseStatement | None:
        """The innermost statement that covers a line."""
        found: cst.BaseStatement | None = None
        for node in self.of(cst.BaseStatement):  # type: ignore[type-abstract]
            span = self._ranges[node]
            if span.start.line <= line <= span.end.line:
                found = node
        return found

    def of_node(self, node: cst.CSTNode) -> cst.BaseStatement | None:
        """The statement that a node belongs to: itself, or the nearest around it."""
        for one in (node, *self.around(node)):
            if isinstance(one, cst.BaseStatement):
                return one
        return None

    def block(self, statement: cst.CSTNode) -> list[cst.CSTNode]:
        """The statements among which one stands, itself included."""
        above = self.parent(statement)
        return list(above.body) if isinstance(above, (cst.IndentedBlock, cst.Module)) else []

    def names(self, scope: cst.CSTNode) -> set[str]:
        """Names that occur in a scope."""
        return {name.value for name in self.of(cst.Name, scope)}

    def parsed(self, code: str) -> cst.BaseStatement:
        """A statement in the file's own indentation."""
        made = cst.parse_statement(code, config=self.tree.config_for_parsing)
        assert isinstance(made, cst.BaseStatement)
        return made

    def written(self, node: cst.CSTNode) -> str:
        """A node as text, without the blank lines and comments above it."""
        bare = node.with_changes(leading_lines=()) if hasattr(node, "leading_lines") else node
        return self.tree.code_for_node(bare).strip()
