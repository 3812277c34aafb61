"""Somebody else's run folder or log as facts (`history`, `setup`): one file per tool."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from traindx.core.check import Facts
from traindx.core.discover import members
from traindx.errors import TraindxError
from traindx.readers.reader import Reader


@cache
def all_readers() -> tuple[Reader, ...]:
    """Every reader of the package, in the order in which they are tried."""
    return tuple(sorted(members(sys.modules[__name__], Reader), key=lambda r: (r.rank, r.tool)))


def read(path: str | Path) -> Facts:
    """The facts that a run folder or log of somebody else's tool holds: always `history`, and `setup` where it left one.

    Such logs hold one row per epoch, so they make no recording: checks that need one say so.
    Raises `TraindxError` if nothing is there or no reader knows it; the message lists what was looked for.
    """
    home = Path(path)
    if not home.exists():
        raise TraindxError(f"{home} does not exist", "", "name a recording, a run folder or a log file")
    for reader in all_readers():
        facts = reader.read(home)
        if facts is not None:
            return facts
    wanted = "; ".join(f"{r.tool}: {r.looks_for}" for r in all_readers())
    raise TraindxError(f"{home} holds no training log that traindx can read", f"looked for {wanted}", _hint(home))


def _hint(home: Path) -> str:
    if not home.is_dir():
        return ""
    below = sorted({p.parent for p in home.glob("*/results.csv")} | {p.parent for p in home.glob("*/*/results.csv")})
    if not below:
        return ""
    return f"it holds {len(below)} run folders: name one, for example {below[0]}"
