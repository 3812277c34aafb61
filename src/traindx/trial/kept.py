"""What an arm that is over leaves beside its recording, `arm.json`: so that a proof which was killed goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = "arm.json"


@dataclass(frozen=True)
class Kept:
    """How an arm went: its exit status (None when its time was over first), seconds, the user's files that changed
    meanwhile, the most memory that its processes held [bytes], and the seconds that it was given.
    """

    status: int | None
    seconds: float
    given: float
    touched: tuple[str, ...] = ()
    memory: int = 0


def keep(folder: Path, arm: Mapping[str, Any], facts: Kept) -> None:
    """Write down that the arm in `folder` is over; `arm` says which it was. Whole or not at all."""
    beside = folder / f"{FILE}.part"
    beside.write_text(json.dumps({"arm": arm, "kept": asdict(facts)}) + "\n")
    beside.replace(folder / FILE)


def kept(folder: Path, arm: Mapping[str, Any]) -> Kept | None:
    """How the arm in `folder` went, None where it is not over, or where it was another one."""
    try:
        found = json.loads((folder / FILE).read_text())
        if found["arm"] != json.loads(json.dumps(arm)):
            return None
        return Kept(**{**found["kept"], "touched": tuple(found["kept"]["touched"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
