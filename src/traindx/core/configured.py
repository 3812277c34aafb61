"""What files of settings hold (Hydra, OmegaConf, OpenMMLab, Detectron2, json, plain yaml): by name, and by what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from traindx.core.finding import Place


@dataclass(frozen=True)
class Asked:
    """A value that was asked for, and where it is written: a file and line, or the command line (both None)."""

    value: Any
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Configured:
    """`kind` is the style of the files, `paths` are those that were read. `values` are all entries by their dotted names, with
    interpolations worked out; `roles` those whose names tell what they mean (`rate`, `epochs`, ...), the outermost first.
    `refused` are words of the command that name no entry; `whole`: every file that was named was found and read.
    """

    kind: str = ""
    paths: tuple[str, ...] = ()
    values: Mapping[str, Asked] = field(default_factory=dict)
    roles: Mapping[str, tuple[tuple[str, Asked], ...]] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    whole: bool = False

    def only(self, role: str) -> tuple[str, Asked] | None:
        """The entry of a role, with its name: None where there is none, or several of different values."""
        found = self.roles.get(role, ())
        same = bool(found) and all(asked.value == found[0][1].value for _, asked in found)
        return found[0] if same else None

    def number(self, role: str) -> float | None:
        """The same as a number."""
        found = self.only(role)
        value = found[1].value if found is not None else None
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def place(self, role: str) -> Place:
        """Where the entry of a role is written."""
        found = self.only(role)
        return Place() if found is None else Place(path=found[1].path, line=found[1].line, setting=found[0])
