"""Where a recording goes: into a new folder, or into one that is named, where an earlier recording makes room."""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path

RUNS = Path("traindx-runs")


def new_folder() -> Path:
    """A folder in `traindx-runs`, named by the time; below torchrun by the day and its process, which all its ranks share."""
    if "TORCHELASTIC_RUN_ID" in os.environ:
        return RUNS / f"{time.strftime('%Y%m%d')}-torchrun-{os.getppid()}"
    stamp = time.strftime("%Y%m%d-%H%M%S")
    wanted, count = RUNS / stamp, 2
    while wanted.exists():
        wanted, count = RUNS / f"{stamp}-{count}", count + 1
    return wanted


def set_earlier_aside(folder: Path) -> None:
    """Move this rank's recordings of processes that have ended, or of this one, into `earlier-N`: what is read is the new one.

    Nothing is lost; a recording that another process writes now stays.
    """
    rank = os.environ.get("RANK") or "0"
    old = [path for path in folder.glob(f"rank-{rank}.*jsonl") if _is_over(path)]
    if not old:
        return
    aside = next(
        p for n in itertools.count(1) if not (p := folder / f"earlier-{n}" / f"rank-{rank}.jsonl").exists()
    ).parent
    aside.mkdir(exist_ok=True)
    for path in old:
        path.rename(aside / path.name)


def _is_over(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            pid = int(json.loads(file.readline())["pid"])
        if pid != os.getpid():
            os.kill(pid, 0)  # asks whether it is there, and sends nothing
            return False
    except PermissionError:
        return False
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return True
