"""What the scan of a split left out, for checks on one kind of reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.core.check import NotEnough
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History

OUTSIDE = re.compile(r"non-normalized|out of bounds", re.IGNORECASE)
"""What Ultralytics and YOLOv5 say of a coordinate above 1."""

CLASS_IDS = re.compile(r"Label class\b.*\bexceeds", re.IGNORECASE)
"""What they say of a class id that the names of the yaml do not reach."""

KINDS = (OUTSIDE, CLASS_IDS)


def told_of(history: History, share: float, kind: re.Pattern[str] | None) -> Iterator[Finding | Measured]:
    """Each split of which more than a share was left out for a reason of one kind; None: of none of `KINDS`."""
    if not history.left_out:
        raise NotEnough("needs a console log with the lines in which Ultralytics or YOLOv5 scans its labels")
    for split in history.left_out:
        of_all = split.corrupt / max(split.files, split.corrupt, 1)
        yield Measured(f"share of {split.split} that was left out", of_all, f"below {share:g}")
        reason = split.reason or next((other.reason for other in history.left_out if other.reason), "")
        found = next((other for other in KINDS if other.search(reason)), None)
        if of_all > share and found is kind:
            why = f", most often: {split.reason}" if split.reason else ""
            yield Finding(
                Place(path=history.source, setting=split.split),
                f"the log says that {split.corrupt} of {max(split.files, split.corrupt)} files of {split.split} were left out as "
                f"corrupt{why}",
            )
