"""What a report says, sorted for reading: what explains the run, what else was found, what was ruled out, what is open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from traindx.core.report import Diagnosis, Outcome, Reason, Report

LEVEL_ORDER = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Digest:
    """A report's parts in reading order. Diagnoses keep the report's order (best first), outcomes go by level.

    `leading` are proved or consistent. `unexplained` are failed checks at level error or warning that speak for none of
    them, `noted` those at level note. `missing` pairs a reason with the checks that did not run for it, most checks first.
    """

    leading: tuple[Diagnosis, ...]
    ruled_out: tuple[Diagnosis, ...]
    not_testable: tuple[Diagnosis, ...]
    unexplained: tuple[Outcome, ...]
    noted: tuple[Outcome, ...]
    crashed: tuple[Outcome, ...]
    missing: tuple[tuple[str, tuple[Outcome, ...]], ...]


def digest(report: Report) -> Digest:
    """Sort a report's parts for reading."""
    leading = tuple(d for d in report.diagnoses if d.status in ("proved", "consistent"))
    explained = {reason.code for d in leading for reason in d.because if reason.code}
    failed = sorted((o for o in report.outcomes if o.status == "failed"), key=lambda o: LEVEL_ORDER[o.level])
    open_ones = [o for o in failed if o.code not in explained]
    return Digest(
        leading=leading,
        ruled_out=tuple(d for d in report.diagnoses if d.status == "ruled-out"),
        not_testable=tuple(d for d in report.diagnoses if d.status == "not-testable"),
        unexplained=tuple(o for o in open_ones if o.level != "note"),
        noted=tuple(o for o in open_ones if o.level == "note"),
        crashed=tuple(o for o in report.outcomes if o.status == "crashed"),
        missing=tuple(_missing(report)),
    )


def at_error(diagnosis: Diagnosis, report: Report) -> bool:
    """Whether a failed check at level error speaks for this cause."""
    codes = {reason.code for reason in diagnosis.because if reason.code}
    return any(o.code in codes and o.level == "error" and o.status == "failed" for o in report.outcomes)


def _missing(report: Report) -> Iterator[tuple[str, tuple[Outcome, ...]]]:
    by_reason: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        if outcome.status == "skipped":
            by_reason.setdefault(outcome.reason, []).append(outcome)
    for reason, outcomes in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        yield reason, tuple(outcomes)


def ruled_out_by(diagnosis: Diagnosis) -> Reason:
    """Why a cause is ruled out: the trial that refuted it, else the check that speaks most against it.

    Where no check speaks against it, what speaks for it was too little, or nothing did.
    """
    if diagnosis.trial is not None and diagnosis.trial.verdict == "refuted":
        return Reason(f"by trial: {diagnosis.trial.sentence}")
    looked = [r for r in diagnosis.against if r.code]
    strongest = min(looked, key=lambda r: r.weight, default=None)
    if strongest is not None and (strongest.weight < 0 or not diagnosis.because):
        return strongest
    if diagnosis.because:
        most = max(diagnosis.because, key=lambda r: r.weight)
        return Reason(f"too little speaks for it: {most.text}", most.code, most.weight)
    return Reason("nothing speaks for it")


@dataclass(frozen=True)
class Sum:
    """A diagnosis' terms added up: the total as log-odds, the probability that this is, and whether it is the stated one.

    They differ where a proof, not the sum, decided.
    """

    total: float
    share: float
    decides: bool


def redo(diagnosis: Diagnosis) -> Sum | None:
    """Add the terms up again, as a reader would on paper; None if no term has a weight."""
    weights = [r.weight for r in (*diagnosis.because, *diagnosis.against)]
    total = sum(weights)
    if not any(weights) or not math.isfinite(total):
        return None
    share = 1 / (1 + math.exp(-max(min(total, 700.0), -700.0)))
    return Sum(total, share, abs(share - diagnosis.probability) < 0.005)


def probable(diagnosis: Diagnosis) -> bool:
    """Whether a diagnosis has a probability to show: its terms have weights. A verdict such as `healthy` rests on none."""
    return redo(diagnosis) is not None or diagnosis.status != "consistent"


def decider(diagnosis: Diagnosis) -> str:
    """What set the status over the sum, in words: the trial or the finding itself; empty if neither did."""
    trial = diagnosis.trial.verdict if diagnosis.trial else None
    if (trial, diagnosis.status) in (("confirmed", "proved"), ("refuted", "ruled-out")):
        return "the trial"
    return "the finding itself" if diagnosis.status == "proved" else ""


def evidence(diagnosis: Diagnosis, report: Report) -> tuple[Outcome, ...]:
    """The failed checks that speak for a diagnosis, in the order in which its terms name them."""
    codes = [r.code for r in diagnosis.because if r.code]
    explained = {r.code for r in diagnosis.against}
    codes += [o.code for o in report.outcomes if diagnosis.cause in o.causes and o.code not in explained]
    failed = {o.code: o for o in report.outcomes if o.status == "failed"}
    return tuple(failed[code] for code in dict.fromkeys(codes) if code in failed)


def place_count(diagnosis: Diagnosis, report: Report) -> int:
    """How many places a diagnosis has: it lists the first, the findings of its checks hold them all."""
    found = {f.place for o in evidence(diagnosis, report) for f in o.findings if str(f.place)}
    return max(len(diagnosis.places), len(found) if found.issuperset(diagnosis.places) else 0)
