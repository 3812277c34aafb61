"""T001: the training ended with an exception."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.recording import Recording


@check("T001", level="error")
def run_raised(recording: Recording) -> Iterator[Finding | Measured]:
    """The training process ended with an exception that nothing caught.

    ## Why is this bad?
    The run is over; what it had learned since its last checkpoint is lost.

    ## How to fix
    The place is the deepest line of the user's own code in the traceback; the frames below it stand in the evidence.
    An interruption by the keyboard is not reported.
    """
    raised = [e for e in recording.of("exception") if e.data.get("type") != "KeyboardInterrupt"]
    yield Measured("uncaught exceptions", len(raised), "0")
    for event in raised[:1]:
        frames = tuple((str(frame),) for frame in event.data.get("frames", ()))
        source = event.source
        place = Place(path=source.path, line=source.line, step=event.step) if source else Place(step=event.step)
        text = f"{event.data.get('type')} at step {event.step}: {str(event.data.get('message', '')).strip()[:200]}"
        yield Finding(place, text, (Table("traceback, deepest last", ("frame",), frames),))


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
