"""Where a recording goes that nobody named a folder for."""

from __future__ import annotations

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
