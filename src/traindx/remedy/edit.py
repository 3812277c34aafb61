"""Edits of a script, collected first and made together, so that each is found in the text that the user has."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from traindx.errors import TraindxError
from traindx.remedy.script import Script


@dataclass(frozen=True, eq=False)
class Edit:
    """`node` of `script` becomes `new` (None: it goes), with statements put before and after it. `why` in words."""

    script: Script
    node: cst.CSTNode
    new: cst.CSTNode | None
    why: str
    before: tuple[cst.BaseStatement, ...] = ()
    after: tuple[cst.BaseStatement, ...] = ()


def replaced(script: Script, node: cst.CSTNode, new: cst.CSTNode | str, why: str) -> Edit:
    """An expression for another; text is parsed."""
    return Edit(script, node, cst.parse_expression(new) if isinstance(new, str) else new, why)


def removed(script: Script, statement: cst.CSTNode, why: str) -> Edit:
    """A statement that goes."""
    return Edit(script, statement, None, why)


def put_before(script: Script, statement: cst.CSTNode, code: str, why: str) -> Edit:
    """A new statement, before another; it takes the blank lines and comments that stood above that one."""
    return Edit(script, statement, statement, why, before=(script.parsed(code),))


def put_after(script: Script, statement: cst.CSTNode, code: str, why: str) -> Edit:
    """A new statement after another."""
    return Edit(script, statement, statement, why, after=(script.parsed(code),))


@dataclass(frozen=True)
class Text:
    """A file of the user's that is no script: `path` as it is shown, `file` where it lies, and what it holds."""

    path: str
    file: Path
    text: str


@dataclass(frozen=True)
class Changed:
    """The new text of a script or a settings file."""

    script: Script | Text
    text: str
    why: tuple[str, ...] = field(default=())

    def diff(self) -> str:
        """The change as a unified diff, as `patch` and `git apply` take it."""
        old, new = self.script.text.splitlines(keepends=True), self.text.splitlines(keepends=True)
        path = self.script.path
        lines = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def make(edits: Sequence[Edit]) -> list[Changed]:
    """The new text of every script that is edited, checked to be Python by two parsers.

    Of two edits that replace the same expression the first counts. Raises `TraindxError` if what comes out cannot be parsed.
    """
    made = []
    for script in dict.fromkeys(edit.script for edit in edits):
        own = [edit for edit in edits if edit.script is script]
        tree = script.tree.visit(_Maker(own))
        assert isinstance(tree, cst.Module)
        try:
            ast.parse(tree.code)
            cst.parse_module(tree.code)
        except (SyntaxError, cst.ParserSyntaxError) as error:
            words = f"the edit of {script.path} gives no Python: {error}"
            raise TraindxError(words, "nothing was written", "make the change by hand") from error
        if tree.code != script.text:
            made.append(Changed(script, tree.code, tuple(dict.fromkeys(edit.why for edit in own))))
    return made


class _Maker(cst.CSTTransformer):
    """Makes all edits in one walk."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        super().__init__()
        self._by_node: dict[int, list[Edit]] = {}
        for edit in edits:
            self._by_node.setdefault(id(edit.node), []).append(edit)

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]:
        """The node as the edits want it."""
        edits = self._by_node.get(id(original_node))
        if not edits:
            return super().on_leave(original_node, updated_node)
        changing = [edit for edit in edits if edit.new is not original_node]
        new = changing[0].new if changing else updated_node
        before = [s for edit in edits for s in edit.before]
        after = [s for edit in edits for s in edit.after]
        if not before and not after:
            return cst.RemoveFromParent() if new is None else new
        if before and new is not None and hasattr(new, "leading_lines"):
            before[0] = before[0].with_changes(leading_lines=new.leading_lines)
            new = new.with_changes(leading_lines=())
        return cst.FlattenSentinel([*before, *([] if new is None else [new]), *after])
