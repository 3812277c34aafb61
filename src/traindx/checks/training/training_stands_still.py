"""T003: the training made no step for long and its process stood in one line, waiting for nobody that is seen."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.hang import hang_finding, hangs_of
from traindx.core.recording import Recording


@check("T003", level="warning")
def training_stands_still(recording: Recording) -> Iterator[Finding | Measured]:
    """No step was made for long, and the process stood in one line of its own, asleep; or it hung and went on later.

    ## Why is this bad?
    It may hang: on a lock, a file or a connection. It may as well send a checkpoint somewhere, or wait on purpose.

    ## How to fix
    The place is the user's own line. If it is not meant to take so long, look at what it waits for: a lock that is held by
    the same thread, a network folder, a service without a timeout.
    """
    hangs = [hang for hang in hangs_of(recording) if not hang.is_certain]
    yield Measured("times it stood still", len(hangs), "0")
    yield from (hang_finding(hang) for hang in hangs[:1])


@training_stands_still.fires_on
def a_file_is_sent_for_long() -> Facts:
    process = {"pid": 7, "role": "training", "at": ["train.py", 30], "stack": [["train.py", 30, "<module>"]]}
    line = {"kind": "hang", "time": 0.0, "waited": 312.0, "steps": {"0": 40}, "processes": [process]}
    return {"recording": recording_with(falling(), events=[line])}


@training_stands_still.quiet_on
def nothing_was_seen_to_stand() -> Facts:
    return {"recording": recording_with(falling())}
