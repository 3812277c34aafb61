"""The log of repairs: one line of JSON for each edit, with path, line, before, after, codes and safe."""

from __future__ import annotations

import json
import os
from pathlib import Path

from traindx.repair.plan import Plan

LOG = "fixes.jsonl"


def write_log(plan: Plan, folder: Path) -> None:
    """The log of the plan in a folder, on the disk when this returns. Raises `OSError`."""
    with (folder / LOG).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(edit.to_json(), ensure_ascii=False) + "\n" for edit in plan.edits)
        file.flush()
        os.fsync(file.fileno())
