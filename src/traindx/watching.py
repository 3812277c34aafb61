"""Watches a command while it is recorded, from outside: how it stands, whether it hangs, what its recording shows so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from traindx import examine
from traindx.core.live import Follower, Live
from traindx.core.report import Diagnosis, Report
from traindx.errors import TraindxError
from traindx.recorder.hang import HangWatch

JUDGED_EVERY = 10.0
SHARE = 0.02
"""Seconds between two judgements at least, and the share of a core that judging may take. Both are guesses."""
AGREEING = 2
"""Judgements in a row that must name the same cause before a command is stopped for it."""

NOT_YET = {"T103", "T202"}
"""Errors for which a run that goes on is not stopped: that the loss has not fallen, and that updates are tiny. Large trainings
begin with a plateau, and with a rate that is warmed up from almost nothing."""

Show = Callable[[Live, str], None]
"""Takes how the training stands and the worst that was found so far, in a few words (empty for nothing)."""


class Watch:
    """Called about every second with the process id of the command; true ends it (see `run_command`).

    `hang_timeout` in seconds, None never; `judging`: whether the growing recording is judged; `stop_on`: the level of a
    finding for which the command is stopped, None never. `stopped` says why it was, empty if it was not.
    """

    def __init__(
        self,
        folder: Path,
        *,
        hang_timeout: float | None = None,
        judging: bool = False,
        stop_on: Literal["error", "warning"] | None = None,
        selection: Mapping[str, Any] | None = None,
        show: Show = lambda live, worst: None,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._folder, self._stop_on, self._selection = folder, stop_on, dict(selection or {})
        self._judging = judging or stop_on is not None
        self._show, self._tell = show, tell
        self._follower = Follower(folder)
        self._hangs = None if hang_timeout is None else HangWatch(folder, hang_timeout, Path.cwd())
        self._next = time.monotonic() + JUDGED_EVERY
        self._judged = -1
        self._agreed, self._last = 0, ""
        self.worst, self.stopped = "", ""

    def __call__(self, process: int) -> bool:
        """Look once. What goes wrong here is said once and leaves the command alone."""
        try:
            return self._look(process)
        except Exception as error:
            self._tell(f"watching stopped ({type(error).__name__}: {error}); the command goes on, and is recorded")
            self._look = lambda process: False  # type: ignore[method-assign]
            return False

    def _look(self, process: int) -> bool:
        live = self._follower.look()
        hang = None if self._hangs is None else self._hangs.look(process, live)
        if hang is not None:
            self.worst = "hangs"
            self._tell(hang.words)
            if self._stop_on == "warning" or (self._stop_on == "error" and hang.is_certain):
                self.stopped = hang.words
                return True
        elif (
            self._judging and live.step is not None and time.monotonic() >= self._next and live.written != self._judged
        ):
            self._judged = live.written
            if self._judge():
                return True
        self._show(live, self.worst)
        return False

    def _judge(self) -> bool:
        """Judge what there is so far; whether the command is to be stopped for it."""
        began = time.monotonic()
        try:
            facts, meta = examine.facts_of(self._folder, dataset=False)
            report = examine.judge(facts, meta=meta, **self._selection)
        except TraindxError:  # nothing that could be judged is written yet
            return False
        finally:
            self._next = time.monotonic() + max(JUDGED_EVERY, (time.monotonic() - began) / SHARE)
        first = worst_of(report)
        self.worst = first
        doomed = is_doomed(report) if self._stop_on == "error" else bool(first)
        self._agreed = self._agreed + 1 if doomed and first == self._last else int(doomed)
        self._last = first
        if self._stop_on is not None and self._agreed >= AGREEING:
            self.stopped = first
            return True
        return False


def is_doomed(report: Report) -> bool:
    """Whether a run that goes on shows a fault that more steps will not undo (see `NOT_YET`)."""
    failed = {o.code for o in report.outcomes if o.status == "failed" and o.level == "error"}
    return report.exit_status == 1 and not failed <= NOT_YET


def worst_of(report: Report) -> str:
    """The first cause that is proved or consistent, else the worst finding of the training, in a few words."""
    found: list[Diagnosis] = [
        d for d in report.diagnoses if d.status in ("proved", "consistent") and d.cause != "healthy"
    ]
    if report.verdict == "faulty" and found:
        return f"{found[0].cause} ({found[0].probability:.0%})"
    outcomes = [o for o in report.outcomes if o.status == "failed" and o.findings and o.level in ("error", "warning")]
    if not outcomes:
        return ""
    worst = min(outcomes, key=lambda o: (o.level != "error", o.code))
    return f"{worst.code} {worst.words}"
