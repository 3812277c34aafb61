"""What a report says, sorted for reading: what explains the run, what else was found, what was ruled out, what is open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from traindx.core.report import Diagnosis, Outcome, Reason, Report

ORDER = {"error": 0, "warning": 1, "note": 2}


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
    failed = sorted((o for o in report.outcomes if o.status == "failed"), key=lambda o: ORDER[o.level])
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


def _missing(report: Report) -> Iterator[tuple[str, tuple[Outcome, ...]]]:
    by_reason: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        if outcome.status == "skipped":
            by_reason.setdefault(outcome.reason, []).append(outcome)
    for reason, outcomes in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        yield reason, tuple(outcomes)


def deciding(diagnosis: Diagnosis) -> Reason | None:
    """The term that speaks most against a diagnosis, the first of equals; None if nothing does."""
    return min(diagnosis.against, key=lambda reason: reason.weight, default=None)


@dataclass(frozen=True)
class Sum:
    """A diagnosis' sum redone: `prior` is what the printed terms leave over, None if the status was not set by a sum."""

    prior: float | None
    total: float


def redo(diagnosis: Diagnosis) -> Sum:
    """Add the terms up again. The total is the log-odds of the probability; what the terms lack of it is the prior."""
    terms = sum(r.weight for r in (*diagnosis.because, *diagnosis.against))
    p = diagnosis.probability
    if not 0 < p < 1 or not math.isfinite(terms):
        return Sum(None, terms)
    total = math.log(p / (1 - p))
    return Sum(total - terms, total)


def evidence(diagnosis: Diagnosis, report: Report) -> tuple[Outcome, ...]:
    """The failed checks that speak for a diagnosis, in the order in which its terms name them."""
    codes = [r.code for r in diagnosis.because if r.code]
    codes += [o.code for o in report.outcomes if diagnosis.cause in o.causes and o.code not in codes]
    failed = {o.code: o for o in report.outcomes if o.status == "failed"}
    return tuple(failed[code] for code in dict.fromkeys(codes) if code in failed)
