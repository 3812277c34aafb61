"""What Hydra composes: the primary file, its list of defaults with their groups, and the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from traindx.inspect.configured.tree import DEEPEST, Held, at, made, merged, put, read_yaml, word

_OVERRIDE = re.compile(r"^(\+\+|\+|~)?([A-Za-z_][\w./@-]*?)(?:=(.*))?$", re.DOTALL)
_PACKAGE = re.compile(r"^\s*#\s*@package\s+(\S+)", re.MULTILINE)


@dataclass
class Composed:
    """`tree` before interpolation; `missing` are files that were not found, `refused` words that name no entry."""

    tree: Held = field(default_factory=lambda: Held({}))
    paths: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def compose(
    folder: Path, name: str, words: Sequence[str], home: Path, stored: Mapping[str, Held] = MappingProxyType({})
) -> Composed:
    """The settings of `folder/name.yaml`, or of a structured configuration of that name, with these overrides."""
    parsed = [m for text in words if (m := _OVERRIDE.match(text)) and not text.startswith("-")]
    known = {key.rpartition("/")[0] for key in stored if "/" in key}

    def is_group(key: str) -> bool:
        return (folder / key.partition("@")[0]).is_dir() or key.partition("@")[0] in known

    chosen = {m[2]: m[3] or "" for m in parsed if m[1] in (None, "+", "++") and is_group(m[2])}
    for _ in range(2):  # what a later file overrides is known only when all were read
        found = Composed()
        composer = _Composer(folder, chosen, home, found, stored)
        composer.load(name.removesuffix(".yaml").removesuffix(".yml"), "", 0)
        chosen = composer.chosen
    groups = {m[2] for m in parsed if is_group(m[2])}
    for m in parsed:
        if m[2] not in groups:
            _override(found, m[1] or "", m[2], m[3])
    return found


def _override(found: Composed, sign: str, name: str, value: str | None) -> None:
    """One word: a value that is there, a new one (`+`), either (`++`), or none any more (`~`)."""
    there = at(found.tree, name) is not None
    if sign == "~":
        outer, _, last = name.rpartition(".")
        held = at(found.tree, outer) if outer else found.tree
        if held is not None and isinstance(held.value, dict):
            held.value.pop(last, None)
        return
    if not sign and not there and not name.startswith("hydra."):
        found.refused.append(f"{name}={value}")
        return
    found.tree = put(found.tree, name, Held(word(value or "")))


class _Composer:
    """Follows lists of defaults."""

    def __init__(
        self, folder: Path, chosen: dict[str, str], home: Path, found: Composed, stored: Mapping[str, Held]
    ) -> None:
        self._folder, self.chosen, self._home, self._found = folder, dict(chosen), home, found
        self._stored = stored
        self._also = dict(chosen)

    def load(self, name: str, package: str, depth: int, group: str = "") -> None:
        """Merge a file, and what it is built on, into the tree; its own entries where `_self_` stands, else last."""
        path = next((p for end in (".yaml", ".yml") if (p := self._folder / f"{name}{end}").is_file()), None)
        held = read_yaml(path, self._shown(path)) if path is not None and depth < DEEPEST else None
        header = None
        if path is not None and held is not None:
            self._found.paths.append(self._shown(path))
            header = _PACKAGE.search(path.read_text(encoding="utf-8-sig", errors="replace")[:2000])
        elif name in self._stored and depth < DEEPEST:
            held = self._stored[name]
            self._found.paths += [held.path] if held.path not in self._found.paths else []
        else:
            self._found.missing += [name] if path is None or path.stat().st_size > 5 else []
            return
        package = _package(header[1], group) if header else package
        entries = dict(held.entries)
        listed = entries.pop("defaults", None)
        own = Held(entries, held.path, held.line)
        defaults = listed.value if listed is not None and isinstance(listed.value, list) else []
        for entry in defaults:
            self._note(entry)
        placed = False
        for entry in defaults:
            if entry.value == "_self_":
                self._merge(own, package)
                placed = True
            else:
                self._default(entry, package, group, depth)
        if not placed:
            self._merge(own, package)
        if depth == 0:
            for name_, option in self._also.items():
                self._option(name_, option, depth)

    def _note(self, entry: Held) -> None:
        """`override /group: option` counts for what is loaded elsewhere; the command line's choice is stronger."""
        for key, part in entry.entries.items():
            if key.startswith("override "):
                self.chosen.setdefault(key.removeprefix("override ").strip("/ "), str(part.value))

    def _default(self, entry: Held, package: str, group: str, depth: int) -> None:
        if isinstance(entry.value, str):
            inner = entry.value.lstrip("/") if entry.value.startswith("/") else f"{group}/{entry.value}".lstrip("/")
            self.load(inner, package, depth + 1, group)
            return
        for key, part in entry.entries.items():
            if key.startswith("override "):
                continue
            optional, key = key.startswith("optional "), key.removeprefix("optional ").strip()
            key = key.lstrip("/") if key.startswith("/") else f"{group}/{key}".lstrip("/")
            self._also.pop(key, None)
            option = self.chosen.get(key, part.value)
            before = len(self._found.missing)
            for one in option if isinstance(option, list) else [option]:
                self._option(key, one.value if isinstance(one, Held) else one, depth)
            if optional:
                del self._found.missing[before:]

    def _option(self, key: str, option: object, depth: int) -> None:
        if option in (None, "null", ""):
            return
        named, _, package = key.partition("@")
        self.load(f"{named}/{option}", _package(package, "") if package else named.replace("/", "."), depth + 1, named)

    def _merge(self, own: Held, package: str) -> None:
        self._found.tree = put(self._found.tree, package, own) if package else merged(self._found.tree, own)

    def _shown(self, path: Path) -> str:
        resolved, home = path.resolve(), self._home.resolve()
        return resolved.relative_to(home).as_posix() if resolved.is_relative_to(home) else str(path)


def _package(written: str, group: str) -> str:
    return "" if written in ("_global_", "_here_") else group.replace("/", ".") if written == "_group_" else written


def of_run(folder: Path, shown: str) -> Composed | None:
    """What a run left in `.hydra`: the composed settings, and the words that made them, which count as theirs."""
    held = read_yaml(folder / "config.yaml", f"{shown}/config.yaml")
    if held is None:
        return None
    return Composed(merged(made({}, "", None), held), [f"{shown}/config.yaml"])
