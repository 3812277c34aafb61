"""The final run: the changed scripts in a copy of the user's folders, held against the run as it was by the same checks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from traindx.causes import all_causes
from traindx.core.finding import Curve, Line
from traindx.core.recording import Recording
from traindx.core.report import Report, TrialVerdict
from traindx.core.treatment import from_json
from traindx.remedy.propose import Remedy
from traindx.trial.arms import Done, Order, make_bench, run_arm
from traindx.trial.evidence import last_line
from traindx.trial.learning import curve, end_of, learned, thinned
from traindx.trial.symptom import LEAST_STEPS, failing, serious, symptom_codes

PATIENCE = 4.0
"""The final run may take so many times as long as the run as it was, plus a minute. A guess."""

LEAST = 0.05
"""The smallest share of its start by which a loss must fall to count as learning. A guess."""

STEPS = 400
"""Steps of the final run where the run as it was never came to its end: a guess."""


@dataclass(frozen=True)
class Confirmation:
    """What the final run showed: `sentence` in words, `seen` the checks that failed before, `still` those that fail yet."""

    verdict: TrialVerdict
    sentence: str
    seen: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    seconds: float = 0.0
    folder: str = ""
    lines: tuple[Line, ...] = ()


def confirm(
    report: Report,
    remedy: Remedy,
    recording: Recording,
    command: Sequence[str],
    cwd: Path,
    scratch: Path,
    *,
    minutes: float = 10,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Confirmation:
    """Run `command` once in a copy of `cwd`, with the remedy's scripts in place of the user's.

    As long as `recording`, the run as it was, if that came to its end, else `STEPS` steps; never longer than `minutes`.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    bench = make_bench(
        remedy.command or command, cwd, scratch, since=time.time(), deadline=time.monotonic() + 60 * minutes
    )
    edited = {str(changed.script.file): changed.text for changed in remedy.changed}
    whole = recording.ending == "finished"
    steps = None if whole else max(STEPS, 2 * len(recording.step), LEAST_STEPS)
    took = float(recording.run.get("ended") or 0) - float(recording.run.get("started") or 0)
    timeout = min(bench.left, PATIENCE * took + 60) if whole and took > 0 else bench.left
    if progress is not None:
        progress(f"final run of the changed script: up to {timeout:.0f} s")
    given = from_json(json.dumps(recording.run.get("treatments", [])))
    bench = replace(bench, edited=edited, treatments=given)
    done = run_arm(bench, Order("undone", seed, steps, of="applied"), timeout)
    codes = {code for cause in all_causes() if cause.slug in remedy.causes for code in symptom_codes(cause)}
    seen = tuple(o.code for o in serious(report.outcomes, tuple(codes)))
    return judged(recording, done, seen, {"setup": bench.setup})


def judged(before: Recording, done: Done, seen: tuple[str, ...], facts: dict[str, Any]) -> Confirmation:
    """Confirmed: none of the checks in `seen` fails any more, and the loss falls by more than it did, or as far."""
    after = done.run.recording
    if after is None or not len(after.step) or after.ending == "raised":
        last = last_line(done.folder / "output.txt")
        return Confirmation("refuted", f"the changed script does not train: {done.run.failed or 'it raised'}; {last}")
    still = tuple(o.code for o in failing({**facts, "recording": after}, seen))
    was, now = learned(before), learned(after)
    lines = tuple(Line(name, *_points(r)) for name, r in (("as it was", before), ("changed", after)) if len(r.step))
    parts = [f"the loss fell by {_share(now)} (as it was: {_share(was)})", *_accuracy(before, after)]
    parts.append(_codes(still, "still fail") if still else _codes(seen, "no longer fail"))
    verdict: TrialVerdict = "confirmed" if not still and _learns(was, now, before, after) else "inconclusive"
    if was is not None and now is not None and now < was - LEAST and not _learns(was, now, before, after):
        verdict = "refuted"  # it learns less than before: whatever the checks say, that is no fix
    words = "; ".join(part for part in parts if part)
    return Confirmation(verdict, words, seen, still, done.run.seconds, str(done.folder), lines)


def _learns(was: float | None, now: float | None, before: Recording, after: Recording) -> bool:
    """Whether the changed run learns: its loss falls, and by no less than before, or validation is as good."""
    if now is None or now < LEAST:
        return False
    if was is None or now >= was - LEAST:
        return True
    ends = [end_of(*curve(r)) for r in (before, after)]
    return ends[1] <= ends[0]


def _codes(codes: tuple[str, ...], words: str) -> str:
    return f"{', '.join(codes)} {words}{'s' if len(codes) == 1 else ''}" if codes else ""


def _points(recording: Recording) -> tuple[tuple[float, ...], tuple[float, ...]]:
    steps, loss = curve(recording)
    if not len(loss):
        return (), ()
    values = thinned(steps, loss)
    return tuple(np.linspace(steps[0], steps[-1], len(values)).tolist()), values


def _share(value: float | None) -> str:
    return "unknown" if value is None else "not at all" if value <= 0 else f"{value:.0%}"


def _accuracy(before: Recording, after: Recording) -> list[str]:
    """The last accuracy of validation, where the recorder could tell it."""
    last = [
        next((v.accuracy for v in reversed(r.validations) if v.accuracy is not None), None) for r in (before, after)
    ]
    if last[1] is None:
        return []
    was = "" if last[0] is None else f" (as it was: {last[0]:.1%})"
    return [f"validation accuracy {last[1]:.1%}{was}"]


def with_confirmation(report: Report, remedy: Remedy, confirmation: Confirmation | None) -> Report:
    """The report with the change, and what the final run showed of it, in `meta` and in its sentence."""
    applied: dict[str, Any] = {
        "causes": list(remedy.causes),
        "left": [f"{cause}: {words}" for cause, words in remedy.left],
        "diff": remedy.diff,
        "command": list(remedy.command),
    }
    if confirmation is None:
        return replace(report, meta={**report.meta, "applied": applied})
    applied |= {"verdict": confirmation.verdict, "final_run": confirmation.sentence, "recording": confirmation.folder}
    word = {"confirmed": "Fixed", "inconclusive": "Changed, not shown to be fixed", "refuted": "The change failed"}
    sentence = f"{report.sentence.rstrip('.')}. {word[confirmation.verdict]}: {confirmation.sentence}"
    drawn = Curve("Loss of the run as it was and of the changed script", confirmation.lines, "step", "loss")
    overview = (*report.overview, drawn) if confirmation.lines else report.overview
    return replace(report, meta={**report.meta, "applied": applied, "sentence": sentence}, overview=overview)
