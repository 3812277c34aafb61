"""What can be said of a command before its first step: its settings, the machine, the dataset it names if there is time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from traindx.core.check import Check
from traindx.core.discover import members
from traindx.core.report import Outcome
from traindx.core.runner import run_checks
from traindx.errors import TraindxError

PATIENCE = 1.5
"""Seconds that a training may be kept waiting; what is not ready then is said while it runs."""
DATASET = 3.0
"""Seconds that a look at the dataset may take beside the training."""
LINES = 3
PREVENT = ("S120", "S122", "S125", "S162", "P202", "P204", "P206")
"""Checks whose findings are exact and end the training before its first step."""
MACHINE = "machine.json"


class FirstLook:
    """Looks at `command` in a thread of its own. `tell` is given at most three lines, the worst finding first.

    `begin` returns when settings and machine are judged, or after PATIENCE seconds; `all_of_it` waits for them as long as it takes.
    The machine is kept in the recording's folder, for the report.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        tell: Callable[[str], None],
        selection: Mapping[str, Any] | None = None,
    ) -> None:
        self._command, self._folder, self._tell = tuple(command), folder, tell
        self._selection = dict(selection or {})
        self._judged = threading.Event()
        self._left = LINES
        self._thread = threading.Thread(target=self._look, name="traindx-first-look", daemon=True)
        self.outcomes: list[Outcome] = []

    def begin(self, *, all_of_it: bool = False) -> None:
        """Start to look, and wait for what is quick."""
        self._thread.start()
        self._judged.wait(None if all_of_it else PATIENCE)

    @property
    def prevents(self) -> str:
        """The first finding for which the training cannot begin, in words; empty where there is none."""
        found = (o for o in self.outcomes if o.code in PREVENT and o.status == "failed")
        return next((f"{o.findings[0].place}: {o.findings[0].message} ({o.code})" for o in found), "")

    def _look(self) -> None:
        """A failure in here is no reason to keep a training from its start: it is said in one line."""
        try:
            facts = self._facts()
            self.outcomes = self._judge(("setup", "resources"), facts)
            self._say(self.outcomes)
            self._judged.set()
            self._dataset(facts)
        except Exception as error:
            self._tell(f"the command was not examined before its start: {type(error).__name__}: {error}")
        finally:
            self._judged.set()

    def _facts(self) -> dict[str, Any]:
        from traindx.inspect.machine import machine_of
        from traindx.inspect.setup import setup_of

        setup, machine = setup_of(self._command, Path.cwd()), machine_of(self._command, self._folder)
        (self._folder / MACHINE).write_text(json.dumps(machine.to_json()), encoding="utf-8")
        return {"setup": setup, "machine": machine}

    def _dataset(self, facts: dict[str, Any]) -> None:
        """The dataset that the command names, by headers and labels, if that takes no longer than DATASET seconds."""
        if not facts["setup"].datasets or not self._left:
            return
        from traindx.scan import ScanOptions, scan

        until = time.monotonic() + DATASET

        def progress(done: int, total: int) -> None:
            if time.monotonic() > until:
                raise _TooLong

        try:
            options = ScanOptions(depth="quick", workers=1, started=Path.cwd())
            dataset = scan(facts["setup"].datasets[0], options, progress=progress)
        except (_TooLong, TraindxError):  # the report says what is wrong with it
            return
        families = ("labels", "entries", "splits", "sizes", "layout", "pictures")
        self._say([o for o in self._judge(families, {**facts, "dataset": dataset}) if o.level == "error"])

    def _judge(self, families: Sequence[str], facts: Mapping[str, Any]) -> list[Outcome]:
        import importlib

        found: list[Check] = []
        for family in families:
            found += members(importlib.import_module(f"traindx.checks.{family}"), Check)
        return run_checks(sorted(found, key=lambda c: c.code), facts, **self._selection)

    def _say(self, outcomes: Sequence[Outcome]) -> None:
        """Errors, then warnings; notes stand in the report alone."""
        failed = [o for o in outcomes if o.status == "failed" and o.level in ("error", "warning")]
        failed.sort(key=lambda o: (o.level != "error", o.code))
        for number, outcome in enumerate(failed[: self._left], 1):
            first, more = outcome.findings[0], len(outcome.findings) - 1
            place = f"{first.place}: " if str(first.place) else ""
            also = f" (and {more} more)" if more else ""
            rest = len(failed) - self._left if number == self._left else 0
            end = f"; {rest} more in the report" if rest > 0 else ""
            self._tell(f"before the first step, {outcome.level} {outcome.code}: {place}{first.message}{also}{end}")
        self._left -= min(self._left, len(failed))


class _TooLong(Exception):
    """The look at the dataset is taking too long."""
