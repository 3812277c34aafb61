"""The error in which a console log ends, for checks on one kind of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.core.check import NotEnough
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History


def ended_like(history: History, *patterns: str) -> Iterator[Finding | Measured]:
    """The error as a finding if it fits a pattern; the patterns are looked for in `class: message`."""
    if history.tool != "a console log":
        raise NotEnough("needs a console log: other logs do not hold the error in which a run ended")
    ending = history.ending
    said = "" if ending is None else f"{ending.kind}: {ending.message}"
    fits = ending is not None and any(re.search(pattern, said, re.IGNORECASE) for pattern in patterns)
    yield Measured("errors of this kind at the end of the log", int(fits), "0")
    if fits and ending is not None:
        place = Place(path=ending.path, line=ending.at) if ending.path else Place(path=history.source, line=ending.line)
        yield Finding(place, f"the log ends in line {ending.line} with {said} (should end with its last epoch)")
