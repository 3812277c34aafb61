"""A rate to put in place of the run's own, where a rate is what is suspected and no trial has found one: by a sweep."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from traindx.core.recording import Recording
from traindx.core.report import Arm, Diagnosis, Reason, Report, Trial
from traindx.core.treatment import from_json
from traindx.core.tryout import RangeTest, Tryouts
from traindx.core.tryout_words import LOW, standing, tryouts_overview
from traindx.errors import TraindxError
from traindx.trial.arms import make_bench
from traindx.trial.grounds import Grounds
from traindx.trial.tryouts import sweep

CAUSES = ("lr-too-high", "lr-too-low", "wrong-optimizer")
APART = 3.0
"""The sweep's rate and the run's own must be so many times apart for a change of it. A guess."""


def with_swept_rate(
    report: Report,
    recording: Recording,
    command: Sequence[str],
    cwd: Path,
    scratch: Path,
    *,
    minutes: float = 10,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """The report with a sweep as the trial of its first open cause that is about the rate; the report itself without such.

    The sweep confirms the cause where the run's own rate lies above its lowest loss, or moves too little, and the rate that it
    suggests is another one. What it confirms is yet to be shown by a final run.
    """
    suspect = _suspect(report)
    if suspect is None:
        return report
    bench = make_bench(command, cwd, scratch, since=time.time(), deadline=time.monotonic() + 60 * minutes)
    given = from_json(json.dumps(recording.run.get("treatments", [])))
    grounds = Grounds(replace(bench, treatments=given), recording, progress or (lambda line: None), (0,))
    try:
        test = sweep(grounds)
    except TraindxError:
        return report
    trial = trial_of(test)
    overview = (*tryouts_overview(Tryouts(range=test)), *report.overview)
    if trial is None:
        return replace(report, overview=overview)
    reason = Reason(f"trial: {trial.sentence}", None, 6.0)
    proved = replace(suspect, status="proved", probability=0.99, trial=trial, because=(*suspect.because, reason))
    rest = tuple(d for d in report.diagnoses if d is not suspect)
    sentence = f"Faulty: {suspect.cause}, proved by a sweep of the rate. {trial.sentence}"
    meta = {**report.meta, "sentence": sentence}
    return replace(report, diagnoses=(proved, *rest), verdict="faulty", overview=overview, meta=meta)


def trial_of(test: RangeTest) -> Trial | None:
    """The sweep as a trial; None where it does not speak against the run's own rate."""
    own, better = test.own, test.suggested
    if own is None or better is None or test.lowest is None or test.falls is None or own <= 0:
        return None
    too_high = own > test.lowest
    too_low = test.reach is not None and test.reach < test.falls / LOW
    if not (too_high or too_low) or max(own / better, better / own) < APART:
        return None
    arm = Arm("sweep", 0, len(test.losses), False, None, 0.0, test.losses)
    words = (
        f"in a sweep the loss falls most at {test.steepest:.2g} and is lowest at {test.lowest:.2g}: {standing(test)}"
    )
    return Trial("confirmed", f"learning rate × {better / own:.3g}", words, None, None, (arm,), 0.0)


def _suspect(report: Report) -> Diagnosis | None:
    """The first cause about the rate that is open, or that a trial could not confirm, where no other cause is proved."""
    if any(d.status == "proved" for d in report.diagnoses):
        return None
    about = [d for d in report.diagnoses if d.cause in CAUSES]
    return next((d for d in about if d.status == "consistent" or d.trial is not None), None)
