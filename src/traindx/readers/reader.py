"""A reader: how one tool's run folder or log is recognised and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from traindx.core.check import Facts


@dataclass(frozen=True)
class Reader:
    """`read` returns facts (`history`, `setup`) by name, or None if the path is not this tool's.

    `looks_for` says in words what it recognises. Readers are tried by `rank`, smallest first: the more special first.
    """

    tool: str
    looks_for: str
    read: Callable[[Path], Facts | None]
    rank: int = 0
