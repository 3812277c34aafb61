"""T001: the training ended with an exception."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.raised import finding_of, raised_of
from traindx.core.recording import Recording


@check("T001", level="error")
def run_raised(recording: Recording) -> Iterator[Finding | Measured]:
    """The training process ended with an exception that nothing caught.

    ## Why is this bad?
    The run is over; what it had learned since its last checkpoint is lost.

    ## How to fix
    The place is the deepest line of the user's own code in the traceback, in a loader's worker where it began there, and of
    several ranks in the first that failed; the frames below it stand in the evidence. An interruption by the keyboard is not
    reported.
    """
    raised = raised_of(recording)
    yield Measured("uncaught exceptions", int(raised is not None), "0")
    if raised is not None:
        yield finding_of(raised)


@run_raised.fires_on
def index_error_in_the_loss() -> Facts:
    where = {"path": "train.py", "line": 18, "frames": ["train.py:30 in <module>", "train.py:18 in main"]}
    event = {
        "kind": "event",
        "event": "exception",
        "step": 3,
        "type": "IndexError",
        "message": "Target 7 is out of bounds.",
    }
    return {"recording": recording_with(falling(steps=4), events=[{**event, **where}])}


@run_raised.quiet_on
def ends_by_itself() -> Facts:
    return {"recording": recording_with(falling())}
