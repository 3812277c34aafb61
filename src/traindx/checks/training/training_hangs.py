"""T002: the training made no step for long, and its processes stood still."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.hang import hang_finding, hangs_of
from traindx.core.recording import Recording


@check("T002", level="error")
def training_hangs(recording: Recording) -> Iterator[Finding | Measured]:
    """No step was made for long, the processes stand still, and one waits for another: for a batch, or for other ranks.

    ## Why is this bad?
    Nothing will come any more: each process waits for something that does not happen.

    ## How to fix
    The place is the user's own line in the process that the others wait for. A loader's worker that stands in `__getitem__`
    hangs on the file that it has open, or on a lock that was held when it was forked (OpenCV, a logger, a database):
    try `num_workers=0`. Ranks that wait for others in a collective call wait for one that has fewer batches, or that left
    the loop by a condition of its own.
    """
    hangs = [hang for hang in hangs_of(recording) if hang.is_certain]
    yield Measured("hangs", len(hangs), "0")
    yield from (hang_finding(hang) for hang in hangs[:1])


def _line(*processes: dict[str, Any], steps: dict[str, int] | None = None) -> dict[str, Any]:
    return {"kind": "hang", "time": 0.0, "waited": 312.0, "steps": steps or {"0": 40}, "processes": list(processes)}


@training_hangs.fires_on
def a_worker_stands_in_getitem() -> Facts:
    loader = "torch/utils/data/dataloader.py"
    waits = [["threading.py", 331, "wait"], [loader, 1296, "_try_get_data"], [loader, 732, "__next__"]]
    main = {"pid": 7, "role": "training", "at": ["train.py", 30], "stack": [*waits, ["train.py", 30, "<module>"]]}
    frames = [["data.py", 12, "__getitem__"], ["fetch.py", 54, "fetch"], ["worker.py", 360, "_worker_loop"]]
    worker = {"pid": 8, "role": "loader worker", "at": ["data.py", 12], "stack": frames, "files": ["/pictures/31.jpg"]}
    return {"recording": recording_with(falling(), events=[_line(main, worker)])}


@training_hangs.quiet_on
def nothing_was_seen_to_hang() -> Facts:
    return {"recording": recording_with(falling())}
