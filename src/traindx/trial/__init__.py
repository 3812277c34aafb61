"""Trials: the user's own command run again, shortly, with a suspected cause undone, against the command unchanged."""

from __future__ import annotations

import difflib
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from traindx.causes import all_causes
from traindx.core.cause import Cause
from traindx.core.recording import Recording
from traindx.core.report import Report
from traindx.errors import TraindxError
from traindx.examine import facts_of, judge
from traindx.scan import scan
from traindx.trial.arms import Bench, Done, make_bench, run_arm
from traindx.trial.into_report import with_trials
from traindx.trial.question import Question
from traindx.trial.rounds import Contest
from traindx.trial.symptom import serious, steps_needed, symptom_codes

MOST_CAUSES = 3
"""Causes that are tried when none is named."""

FIRST_STEPS = 1000
"""Steps after which the first control of a command without a recording is cut."""


def prove(
    run: str | Path | None = None,
    causes: Sequence[str] = (),
    *,
    command: Sequence[str] | None = None,
    minutes: float = 10,
    seeds: Sequence[int] = (0, 1),
    scratch: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Find out by trials which cause ails a training: the report of the diagnosis, with a trial for each cause tried.

    `run` is a recording's folder, whose command is run again where it ran; or give the `command`, whose first control is
    then what is diagnosed. `causes` are slugs to try, whatever their status; by default the most likely causes that can be
    undone and are not decided. All arms together take at most `minutes`, and each kind of arm is run once for each of
    `seeds`. Arms run in copies below `scratch` (default: a new temporary folder, in which recordings and output stay);
    nothing is written to the user's folders. `progress` is called with a line before each arm.
    Raises `TraindxError` if there is nothing to run, a cause is unknown, or the command never reaches a training step.
    """
    tell = progress or (lambda line: None)
    wanted = [_named(slug) for slug in causes]
    if not seeds:
        raise TraindxError("no seeds", "each seed is one pair of runs", "give at least one")
    home = Path(tempfile.mkdtemp(prefix="traindx-prove-")) if scratch is None else scratch
    deadline = time.monotonic() + 60 * minutes
    controls: list[Done] = []
    if run is not None and command is None:
        facts, meta = facts_of(run)
        bench = _bench_of(run, facts, home, deadline)
    elif command is not None and run is None:
        if not command:
            raise TraindxError("the command is empty", "", "give the command that trains")
        bench = make_bench(command, Path.cwd(), home, since=time.time(), deadline=deadline)
        controls.append(_first_control(bench, seeds[0], tell))
        facts, meta = _facts_of(bench, controls[0])
    else:
        raise TraindxError(
            "prove needs a recording or a command, one of them", "", "traindx prove RUN, or traindx prove -- COMMAND"
        )
    report = judge(facts, meta={**meta, "scratch": str(home), "minutes": minutes, "seeds": list(seeds)})
    chosen = wanted or _likely(report)
    questions = [_question(cause, report, facts, bench) for cause in chosen if cause.undo is not None]
    contest = Contest(bench, questions, tuple(seeds), minutes, tell, None if controls else facts["recording"], controls)
    trials = contest.hold() if questions else []
    by_cause = {q.cause.slug: t for q, t in zip(questions, trials, strict=True)}
    return with_trials(report, by_cause, {c.slug: c for c in chosen if c.undo is None})


def _named(slug: str) -> Cause:
    causes = {c.slug: c for c in all_causes()}
    if slug not in causes:
        near = difflib.get_close_matches(slug, causes, 3) or sorted(causes)
        raise TraindxError(f"{slug} is no cause", "", f"did you mean {', '.join(near)}?")
    return causes[slug]


def _likely(report: Report) -> list[Cause]:
    """The most probable causes that are not decided and that a treatment undoes."""
    causes = {c.slug: c for c in all_causes()}
    open_ones = [causes[d.cause] for d in report.diagnoses if d.status == "consistent" and d.cause in causes]
    return [c for c in open_ones if c.undo is not None][:MOST_CAUSES]


def _bench_of(run: str | Path, facts: dict[str, Any], scratch: Path, deadline: float) -> Bench:
    """The bench for the command that a recording names."""
    recording: Recording | None = facts.get("recording")
    command = recording.run.get("command") if recording is not None else None
    if recording is None or not command:
        raise TraindxError(f"{run} does not say which command made it", "", "traindx prove -- COMMAND")
    cwd = Path(recording.run.get("cwd", "."))
    since = float(recording.run.get("started") or recording.start.get("time") or time.time())
    return make_bench(command, cwd, scratch, since=since, deadline=deadline)


def _first_control(bench: Bench, seed: int, tell: Callable[[str], None]) -> Done:
    """The command recorded as it is, for a third of the budget: the evidence to diagnose, and the first control arm."""
    tell(f"control, seed {seed}: up to {FIRST_STEPS} steps, at most {bench.left / 3:.0f} s")
    done = run_arm(
        bench, f"control-seed{seed}", "control", seed, treatment=None, steps=FIRST_STEPS, timeout=bench.left / 3
    )
    recording = done.run.recording
    if recording is None or (not len(recording.step) and recording.ending != "raised"):
        raise TraindxError(
            f"the command {done.run.failed} within {bench.left / 2:.0f} s",
            _last_line(done.folder / "output.txt"),
            "give it more time with --minutes, or look at its output",
        )
    return replace(done, run=replace(done.run, failed=None))


def _facts_of(bench: Bench, control: Done) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts about a command and its first control. Setup and dataset are the user's own, not the workspace's."""
    facts: dict[str, Any] = {"recording": control.run.recording, "setup": bench.setup}
    meta: dict[str, Any] = {"command": list(bench.setup.command), "command_exit": control.exit_status}
    for path in bench.setup.datasets[:1]:
        facts["dataset"] = scan(path)
        meta["data"] = path
    return facts, meta


def _last_line(path: Path) -> str:
    lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip()] if path.exists() else []
    return f"its last line was: {lines[-1][:200]}" if lines else "it wrote nothing"


def _question(cause: Cause, report: Report, facts: dict[str, Any], bench: Bench) -> Question:
    assert cause.undo is not None
    codes = symptom_codes(cause)
    known = tuple(o.code for o in serious(report.outcomes, codes))
    return Question(cause, cause.undo, known, steps_needed(facts, known or codes), bench.setup, facts.get("dataset"))
