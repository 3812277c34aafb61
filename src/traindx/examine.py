"""Facts in, report out: runs the checks over what was measured and lets the causes explain their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from traindx.causes import all_causes
from traindx.checks import all_checks
from traindx.core.check import Facts
from traindx.core.recording import Recording
from traindx.core.report import Report
from traindx.core.runner import run_checks
from traindx.diagnosis import explain


def judge(
    facts: Facts,
    *,
    select: Sequence[str] = (),
    ignore: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Report:
    """Run every check on the facts that are there (`dataset`, `recording`, `setup`) and explain the outcomes."""
    outcomes = run_checks(all_checks(), facts, select=select, ignore=ignore, options=options)
    return explain(outcomes, all_causes(), facts, meta=meta)


def check(data: str | Path, *, progress: Callable[[int, int], None] | None = None, **options: Any) -> Report:
    """Examine the dataset at `data` (a data.yaml). Raises `TraindxError` if it is none.

    `progress` is called with the pictures done and their total; `options` are those of `judge`.
    """
    from traindx.scan import scan

    dataset = scan(data, progress=progress)
    return judge({"dataset": dataset}, meta={"data": str(data)}, **options)


def diagnose(run: str | Path, **options: Any) -> Report:
    """Diagnose a recording's folder, with the dataset that its command names. Raises `TraindxError` if it is none."""
    recording = Recording.load(run)
    return judge({"recording": recording}, meta={"run": str(run)}, **options)
