"""Somebody else's run folder or log as facts (`history`, `setup`): one file per tool."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from traindx.core.check import Facts
from traindx.core.discover import members
from traindx.errors import TraindxError
from traindx.readers.reader import Reader
from traindx.readers.refused import only_run_below, runs_below, what_is_there


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
    for where in (home, *only_run_below(home)):
        for reader in all_readers():
            facts = reader.read(where)
            if facts is not None:
                return facts
    tried = ", ".join(r.tool for r in all_readers())
    seen = f"{home} holds no training log that traindx can read: {what_is_there(home)}"
    raise TraindxError(seen, f"tried as a log of {tried}", runs_below(home))
