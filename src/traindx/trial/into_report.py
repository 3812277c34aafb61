"""Writes the trials of a proof into the report that led to them: status, probability, order, verdict and sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from traindx.core.cause import Cause
from traindx.core.report import Diagnosis, Reason, Report, Status, Trial

WEIGHT = 6.0
"""Log-likelihood ratio of a trial that confirms or refutes. A guess until the benchmark counts wrong verdicts."""

ORDER: dict[Status, int] = {"proved": 0, "consistent": 1, "not-testable": 2, "ruled-out": 3}


def with_trials(report: Report, trials: Mapping[str, Trial], untestable: Mapping[str, Cause]) -> Report:
    """The report with `trials` by cause, and `untestable`: causes that were asked for and that nothing undoes.

    Confirmed makes a cause proved, refuted rules it out, inconclusive leaves it as it was. A cause that a finding proves
    stays proved: the fact is there, whatever undoing it does.
    """
    diagnoses = [_judged(d, trials, untestable) for d in report.diagnoses]
    best = [d for d in diagnoses if d.trial is not None and d.trial.verdict == "confirmed"]
    best.sort(key=lambda d: -(d.trial.effect or 0.0) if d.trial else 0.0)
    rest = [d for d in diagnoses if d not in best]
    rest.sort(key=lambda d: d.trial is not None and d.status == "ruled-out")
    made = replace(report, diagnoses=tuple(best + rest), verdict="faulty" if best else report.verdict)
    return replace(made, meta={**report.meta, "sentence": _sentence(made, trials)})


def _judged(diagnosis: Diagnosis, trials: Mapping[str, Trial], untestable: Mapping[str, Cause]) -> Diagnosis:
    if diagnosis.cause in untestable and diagnosis.status != "proved":
        reason = Reason("no treatment undoes this cause in a run: make the fix by hand and compare the two runs")
        return replace(diagnosis, status="not-testable", not_looked_at=(*diagnosis.not_looked_at, reason))
    trial = trials.get(diagnosis.cause)
    if trial is None:
        return diagnosis
    if trial.verdict == "inconclusive":
        return replace(diagnosis, trial=trial)
    confirmed = trial.verdict == "confirmed"
    reason = Reason(f"trial: {trial.sentence}", None, WEIGHT if confirmed else -WEIGHT)
    if confirmed:
        probability = max(_shifted(diagnosis.probability, WEIGHT), 0.99)
        return replace(
            diagnosis, status="proved", probability=probability, because=(*diagnosis.because, reason), trial=trial
        )
    against = (*diagnosis.against, reason)
    if diagnosis.status == "proved":
        return replace(diagnosis, against=against, trial=trial)
    probability = _shifted(diagnosis.probability, -WEIGHT)
    return replace(diagnosis, status="ruled-out", probability=probability, against=against, trial=trial)


def _shifted(probability: float, weight: float) -> float:
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return round(1 / (1 + math.exp(-math.log(bounded / (1 - bounded)) - weight)), 4)


def _sentence(report: Report, trials: Mapping[str, Trial]) -> str:
    """The verdict in one sentence."""
    best = report.diagnoses[0] if report.diagnoses else None
    if best is not None and best.trial is not None and best.trial.verdict == "confirmed":
        return f"Faulty: {' and '.join(best.trial.together) or best.cause}, proved by a trial. {_capital(best.trial.sentence)}"
    tried = [
        f"{slug} {'ruled out' if t.verdict == 'refuted' else 'not decided'} by a trial" for slug, t in trials.items()
    ]
    if not tried:
        return report.sentence
    if report.verdict != "faulty":
        return f"{report.sentence}. {_capital('; '.join(tried))}"
    left = next((d for d in report.diagnoses if d.status in ("proved", "consistent") and d.because), None)
    if left is not None:
        reason = max(left.because, key=lambda r: r.weight)
        return f"Faulty: {left.cause}, {left.status}. {reason.text}. {_capital('; '.join(tried))}"
    finding = next((f"{f.message} ({o.code})" for o, f in report.findings("error")), "no cause is left")
    return f"Faulty: {finding}. {_capital('; '.join(tried))}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
