"""Two runs in, report out: which came farther, where they part, in what they differ, and what the worse one alone shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from traindx.core.check import Facts
from traindx.core.finding import Curve, Evidence, Line, Table
from traindx.core.parting import Parting, parting
from traindx.core.report import Diagnosis, Report, Verdict
from traindx.core.run_differences import COLUMNS, Difference, differences
from traindx.core.run_results import Result, results, worse_of
from traindx.errors import TraindxError
from traindx.examine import Progress, facts_of, judge

LISTED = 40
"""Differences that are listed."""


def are_runs(a: str | Path, b: str | Path) -> bool:
    """Whether both paths are what trainings left behind. Raises `TraindxError` where one is and the other is not."""
    runs = [_is_run(Path(path)) for path in (a, b)]
    if runs[0] != runs[1]:
        run, other = (a, b) if runs[0] else (b, a)
        raise TraindxError(
            f"{run} is a run, {other} is none", "", "compare two runs, or two annotations of the same pictures"
        )
    return all(runs)


def _is_run(path: Path) -> bool:
    """A recording, or what a reader of logs knows; a dataset is neither."""
    from traindx.readers import read

    if not path.exists() or path.suffix in (".yaml", ".yml"):
        return False
    if (path / "run.json").exists() or any(path.glob("rank-*.jsonl")):
        return True
    try:
        return bool(read(path))
    except TraindxError:
        return False


def compare_runs(a: str | Path, b: str | Path, *, progress: Progress | None = None, **judging: Any) -> Report:
    """Compare two runs, recordings or run folders of other tools: `a` as it worked, `b` as it is now.

    The report is that of the worse run (of `b`, where they came to the same). Causes that the better one shows as well stand
    behind those that it does not: they are not what makes the difference. The overview holds what both came to, where they part
    and all that differs. Raises `TraindxError` where a run cannot be read.
    """
    sides = [facts_of(path, progress=progress) for path in (a, b)]
    facts = [side[0] for side in sides]
    reports = [judge(known, meta=meta, **judging) for known, meta in sides]
    found = results(*facts)
    decides = worse_of(found)
    judged = 0 if decides is not None and decides.worse == "A" else 1
    report, other = reports[judged], reports[1 - judged]
    part, what = _parting(*facts), differences(*facts)
    alone = _alone(report, other) if decides is not None else ()
    named = {d.cause for d in alone}
    verdict, sentence = _verdict(report, decides, alone, what)
    meta = {**report.meta, "a": str(a), "b": str(b), "judged": str((a, b)[judged]), "sentence": sentence}
    return replace(
        report,
        verdict=verdict,
        diagnoses=tuple(sorted(report.diagnoses, key=lambda d: bool(named) and d.cause not in named)),
        meta=meta,
        overview=(*_tables(found, part, what, reports), *_curves(*facts), *report.overview),
    )


def _parting(a: Facts, b: Facts) -> Parting | None:
    one, other = a.get("recording"), b.get("recording")
    return parting(one, other) if one is not None and other is not None else None


def _named(report: Report) -> list[Diagnosis]:
    """The causes that are named, without those that only notes speak for: a planned jump is no fault."""
    serious = {o.code for o in report.outcomes if o.level != "note"}
    found = (d for d in report.diagnoses if d.status in ("proved", "consistent") and d.cause != "healthy")
    return [d for d in found if any(r.code in serious for r in d.because)]


def _alone(report: Report, other: Report) -> tuple[Diagnosis, ...]:
    """The causes that are named in the one and not in the other."""
    known = {d.cause for d in _named(other)}
    return tuple(d for d in _named(report) if d.cause not in known)


def _verdict(
    report: Report, decides: Result | None, alone: tuple[Diagnosis, ...], what: tuple[Difference, ...]
) -> tuple[Verdict, str]:
    """The verdict, and the comparison in one sentence. A run that came less far and shows no cause of its own is no healthy one."""
    differ = (
        f"{len(what)} thing{'s' * (len(what) != 1)} differ{'s' * (len(what) == 1)}" if what else "no setting differs"
    )
    if decides is None:
        return report.verdict, f"Neither came clearly farther, {differ}. B: {report.sentence}"
    better = "B" if decides.worse == "A" else "A"
    values = (decides.a, decides.b) if decides.worse == "A" else (decides.b, decides.a)
    said = f"{decides.worse} came less far than {better}: {decides.name} {values[0]}, {better} {values[1]}"
    if alone:
        return report.verdict, f"{said}; {better} does not show {alone[0].cause}"
    if what:
        differ += f", first {what[0].what}: {what[0].a} in A, {what[0].b} in B"
    verdict: Verdict = "unclear" if report.verdict == "healthy" else report.verdict
    return verdict, f"{said}; no cause is named in it alone, {differ}"


def _tables(
    found: tuple[Result, ...], part: Parting | None, what: tuple[Difference, ...], reports: list[Report]
) -> tuple[Evidence, ...]:
    ends = [(r.name, r.a, r.b, f"{r.worse} is worse" if r.worse else "") for r in found]
    tables = [Table("What both came to", COLUMNS, tuple(ends))]
    if part is not None:
        tables.append(Table("Where they part", COLUMNS, (_parts(part),)))
    rows = tuple((d.what, d.a, d.b, str(d.place)) for d in what[:LISTED])
    tables.append(Table("What differs", COLUMNS, rows or (("settings", "", "", "nothing that was recorded differs"),)))
    words = [", ".join(d.cause for d in _named(r)[:4]) or "none" for r in reports]
    return (*tables, Table("Causes that are named", COLUMNS, (("causes", *words, ""),)))


def _parts(part: Parting) -> tuple[str, str, str, str]:
    same = ", ".join(part.same) or "nothing that was recorded"
    if part.differs:
        return (part.differs, "", "", f"the first that differs in step {part.step}, after {same}: {part.leaves}")
    if part.step is None:
        return ("nothing", "", "", "the losses are the same, step by step")
    return ("the loss", "", "", f"the same up to step {part.step - 1}: {same} of the first step too")


def _curves(a: Facts, b: Facts) -> tuple[Evidence, ...]:
    lines = []
    for name, facts in (("A", a), ("B", b)):
        recording, history = facts.get("recording"), facts.get("history")
        if recording is not None and len(recording.step):
            lines.append(Line(name, tuple(map(float, recording.step)), tuple(map(float, recording.loss))))
        elif history is not None and np.isfinite(history.train_loss).any():
            lines.append(Line(name, tuple(map(float, history.epoch)), tuple(map(float, history.train_loss))))
    return (Curve("Training loss", tuple(lines), y_label="loss"),) if len(lines) == 2 else ()
