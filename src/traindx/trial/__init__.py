"""Trials: the user's own command run again, shortly, with a suspected cause undone, against the command unchanged."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from traindx.causes import all_causes
from traindx.core.cause import Cause
from traindx.core.report import Report
from traindx.errors import TraindxError
from traindx.examine import judge as judge_facts
from traindx.trial.crew import Crew, Engine
from traindx.trial.doses import first_dose
from traindx.trial.evidence import Evidence, evidence_of_command, evidence_of_recording, last_line
from traindx.trial.into_report import with_trials
from traindx.trial.question import Question, symptom_of
from traindx.trial.resuming import Asked, begin, numbers, resumed
from traindx.trial.rivals import settle
from traindx.trial.rounds import Contest
from traindx.trial.symptom import length_of, serious, steps_needed, symptom_codes
from traindx.trial.together import smallest_set

MOST_CAUSES = 3
"""Causes that are tried when none is named."""

PAIRS = 2
"""Pairs of arms without which nothing is confirmed by what was learned alone."""


def prove(
    run: str | Path | None = None,
    causes: Sequence[str] = (),
    *,
    command: Sequence[str] | None = None,
    minutes: float = 10,
    seeds: Sequence[int] = (0, 1, 2),
    scratch: Path | None = None,
    resume: Path | None = None,
    jobs: int = 1,
    engine: Engine = "local",
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Find out by trials which cause ails a training: the report of the diagnosis, with a trial for each cause tried.

    `run` is a recording's folder, whose command is run again where it ran; or give the `command`, whose first control is
    then what is diagnosed. `causes` are slugs to try, whatever their status; by default the most likely causes that can be
    undone and are not decided. All arms together take at most `minutes`, and each kind of arm is run once for each of
    `seeds` at most, fewer where fewer decide. Arms run in copies below a new folder in `scratch` (default: the system's
    temporary folder), where recordings and output stay; nothing is written to the user's folders. `resume` is such a folder of
    a proof that was ended: it says the rest, and its arms that are done are not run again. `jobs` arms run at a time, on this
    machine or by `engine="ray"` on a cluster. `progress` is called with a line before each arm.
    Raises `TraindxError` if there is nothing to run, a cause is unknown, the scratch folder cannot be written, or the
    command never reaches a training step.
    """
    asked = _asked(run, causes, command, seeds) if resume is None else resumed(Path(resume))
    wanted = [_named(slug) for slug in dict.fromkeys(asked.causes)]
    home = Path(resume) if resume is not None else begin(asked, scratch)
    tell = progress or (lambda line: None)
    deadline = time.monotonic() + 60 * minutes
    evidence = _evidence(asked, home, deadline, tell)
    meta = {"scratch": str(evidence.bench.scratch), "minutes": minutes, "seeds": list(asked.seeds)}
    report = judge_facts(evidence.facts, meta={**evidence.meta, **meta})
    chosen = wanted or _likely(report)
    questions = _at_full_length([_question(c, report, evidence) for c in chosen if c.undo is not None], evidence)
    if not questions:
        _must_have_trained(evidence)
    crew = Crew(evidence.bench, jobs, engine)
    contest = Contest(crew, questions, asked.seeds, minutes, tell, evidence.given, list(evidence.controls))
    held = contest.hold()
    unseen = {q.cause.slug for q in contest.questions if not contest.answer(q).own}
    trials = settle([(q.cause, t) for q, t in zip(questions, held, strict=True)], unseen)
    trials |= smallest_set(contest)
    return with_trials(report, trials, {c.slug: c for c in chosen if c.undo is None})


def _asked(run: str | Path | None, causes: Sequence[str], command: Sequence[str] | None, seeds: Sequence[int]) -> Asked:
    if (run is None) == (command is None):
        words = "prove needs a recording or a command, one of them"
        raise TraindxError(words, "", "traindx prove RUN, or traindx prove -- COMMAND")
    if command is not None and not command:
        raise TraindxError("the command is empty", "", "give the command that trains")
    where = None if run is None else str(Path(run).absolute())
    return Asked(where, None if command is None else tuple(command), str(Path.cwd()), tuple(causes), numbers(seeds))


def _evidence(asked: Asked, home: Path, deadline: float, tell: Callable[[str], None]) -> Evidence:
    if asked.command is None:
        return evidence_of_recording(str(asked.run), home, deadline)
    return evidence_of_command(asked.command, Path(asked.cwd), asked.seeds[0], home, deadline, tell)


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


def _question(cause: Cause, report: Report, evidence: Evidence) -> Question:
    assert cause.undo is not None
    codes = symptom_codes(cause)
    known = symptom_of(cause, frozenset(o.code for o in serious(report.outcomes, codes)))
    steps = steps_needed(evidence.facts, known or codes)
    every = tuple(o.code for o in serious(report.outcomes, tuple(o.code for o in report.outcomes)))
    return Question(
        cause,
        first_dose(cause.undo, evidence.facts.get("recording")),
        known,
        steps,
        evidence.bench.setup,
        evidence.facts.get("dataset"),
        others=tuple(code for code in every if code not in codes),
        length=length_of(evidence.facts),
    )


def _at_full_length(questions: list[Question], evidence: Evidence) -> list[Question]:
    """The questions; where none has a symptom, with arms as long as the run, if a pair for each fits into the time."""
    length, recording = length_of(evidence.facts), evidence.facts.get("recording")
    if length is None or recording is None or any(q.known for q in questions):
        return questions
    seconds = float(np.nan_to_num(recording.time[-1]))
    fits = (1 + len(questions)) * PAIRS * seconds <= evidence.bench.left
    return [replace(q, steps=max(q.steps, length)) for q in questions] if fits else questions


def _must_have_trained(evidence: Evidence) -> None:
    """Nothing to try, and not a step was trained: then the command's own words say more than a report could."""
    for control in evidence.controls:
        if control.run.recording is None or not len(control.run.recording.step):
            last = last_line(control.folder / "output.txt")
            raise TraindxError("the command ended before a training step", last, "run it by itself first")
