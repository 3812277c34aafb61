"""Outcomes and causes in, ranked diagnoses and the verdict out.

A cause's probability is the logistic of its prior plus the weights of its clues: a sum that the report prints term by
term. A fault of the files shows in one of several forms, and the forms that are absent do not speak against the one that is
there. Two rules stand over the sum. Explaining away: a proved cause takes the symptoms it explains from the others.
Locality in time: a cause that acts from the first step is not credited with a symptom that starts later, and one that acts
through an event (a rate that jumps, a mode that is switched) only with a symptom at whose onset that event stands.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from traindx.core.cause import Cause, Clue
from traindx.core.check import Facts
from traindx.core.finding import Place
from traindx.core.report import Diagnosis, FixAdvice, Outcome, Reason, Report, Status
from traindx.core.timeline import Happening, timeline_of
from traindx.core.verdict import deciding_errors, is_serious, sentence_of, shown_by_warnings, verdict_of

PLACES = 20
"""Places that a diagnosis lists; the findings hold them all."""

NEAR_STEPS = 5
"""An event within this many steps of an onset, or within a fiftieth of the run, stands near it (a guess)."""

POOR, BLAMED_FOR_IT = ("T103", "T105", "T106"), ("T367", "T383", "T380")
"""Checks that say that little is learned, and those that blame a rate or a batch size only because little is: what explains the
first explains the second."""

LIKELY = 0.6
"""A cause of this probability is named before a state that is none (a guess)."""

EARLY_STEPS = 20
"""A symptom that starts within this many steps, or within the first tenth of the run, counts as there from the start."""


def explain(
    outcomes: Sequence[Outcome], causes: Sequence[Cause], facts: Facts, *, meta: Mapping[str, Any] | None = None
) -> Report:
    """Rank the causes that explain the outcomes; say healthy, with reasons, or unclear when none does."""
    named = _causes_by_code(causes)
    outcomes = [replace(o, causes=tuple(named.get(o.code, ()))) for o in outcomes]
    by_code = {o.code: o for o in outcomes}
    when, errors = _when(facts), deciding_errors(by_code, facts)
    first = [_diagnose(cause, by_code, facts, when, {}) for cause in causes]
    explained = _explained(first, causes, by_code, errors)
    diagnoses = [
        _diagnose(c, by_code, facts, when, {k: v for k, v in explained.items() if v != c.slug}) for c in causes
    ]
    diagnoses.sort(key=lambda d: _rank(d, errors, by_code))
    warned = shown_by_warnings(diagnoses, by_code, facts)
    if not errors:  # what keeps it from being healthy stands first
        diagnoses.sort(key=lambda d: d not in warned)
    verdict, state = verdict_of(by_code, facts, errors, warned)
    sentence = sentence_of(verdict, state, diagnoses, by_code, facts, errors, warned)
    if state is not None:
        likely = itertools.takewhile(lambda d: verdict != "healthy" and _is_likely(d, by_code), diagnoses)
        diagnoses.insert(len(list(likely)), state)
    return Report(verdict, tuple(diagnoses), tuple(outcomes), {**(meta or {}), "sentence": sentence})


def _causes_by_code(causes: Sequence[Cause]) -> dict[str, list[str]]:
    """For each check the causes that it speaks for, in their order."""
    named: dict[str, list[str]] = {}
    for cause in causes:
        for code in dict.fromkeys(clue.code for clue in cause.clues if clue.if_seen > 0):
            named.setdefault(code, []).append(cause.slug)
    return named


@dataclass(frozen=True)
class _When:
    """What is needed to judge a symptom by its onset: until when it counts as early, what happened when, how far off is near."""

    early: int
    timeline: tuple[Happening, ...]
    near: int

    def beside(self, kind: str, onset: int) -> Happening | None:
        """The event of a kind that stands closest to an onset, None where none is near."""
        found = [h for h in self.timeline if h.kind == kind and abs(h.at - onset) <= self.near]
        return min(found, key=lambda h: abs(h.at - onset), default=None)


def _when(facts: Facts) -> _When:
    recording = facts.get("recording")
    steps = int(recording.step[-1]) if recording is not None and len(recording.step) else 0
    return _When(max(EARLY_STEPS, steps // 10), timeline_of(facts), max(NEAR_STEPS, steps // 50))


def _explained(
    diagnoses: Sequence[Diagnosis], causes: Sequence[Cause], by_code: Mapping[str, Outcome], errors: AbstractSet[str]
) -> dict[str, str]:
    """The codes that a proved cause explains, by the slug of that cause; the one with the highest sum takes them.

    Only serious causes explain symptoms away, and not those whose own proof is explained by another.
    """
    explained: dict[str, str] = {}
    clues = {c.slug: c.clues for c in causes}
    for diagnosis in sorted(diagnoses, key=_score, reverse=True):
        if diagnosis.status == "proved" and is_serious(diagnosis, errors):
            own = [
                c.code
                for c in clues[diagnosis.cause]
                if c.proves and c.code in by_code and by_code[c.code].status == "failed"
            ]
            if all(code in explained for code in own):
                continue
            for clue in clues[diagnosis.cause]:
                if clue.if_seen > 0:
                    explained.setdefault(clue.code, diagnosis.cause)
    poor = next((explained[code] for code in POOR if code in explained), None)
    return explained if poor is None else {**dict.fromkeys(BLAMED_FOR_IT, poor), **explained}


def _diagnose(
    cause: Cause, by_code: Mapping[str, Outcome], facts: Facts, when: _When, explained: Mapping[str, str]
) -> Diagnosis:
    terms = [(clue, _term(clue, by_code[clue.code], when, explained)) for clue in cause.clues if clue.code in by_code]
    looked = [(clue, term) for clue, term in terms if term[0] != "missing"]
    seen = [clue for clue, (kind, _) in looked if kind == "seen"]
    one_form = cause.proof == "static" and any(clue.if_seen > 0 for clue in seen)
    reasons = [replace(r, weight=0.0) if one_form and kind == "absent" else r for _, (kind, r) in looked]
    score = cause.prior + sum(r.weight for r in reasons)
    probability = 1 / (1 + math.exp(-score))
    supporting = [c for c in seen if c.if_seen > 0]
    proved = any(clue.proves for clue in supporting)
    places = [f.place for clue in supporting for f in by_code[clue.code].findings]
    return Diagnosis(
        cause=cause.slug,
        status=_status(proved, supporting, probability, _ruled(cause, looked, by_code, facts), by_code, cause=cause),
        probability=round(max(probability, 0.99) if proved else probability, 4),
        summary=cause.summary,
        places=tuple(_unique(places))[:PLACES],
        because=tuple(r for r in reasons if r.weight > 0),
        against=(Reason("before any evidence", None, cause.prior), *(r for r in reasons if r.weight <= 0)),
        not_looked_at=tuple(reason for _, (kind, reason) in terms if kind == "missing"),
        fix=_fix(cause, supporting, by_code, facts),
    )


def _term(clue: Clue, outcome: Outcome, when: _When, explained: Mapping[str, str]) -> tuple[str, Reason]:
    """What one clue contributes: seen, absent or missing, with its weight in words and number."""
    if outcome.status in ("skipped", "crashed"):
        return "missing", Reason(f"{outcome.name}: {outcome.reason}", outcome.code)
    if outcome.status == "passed":
        numbers = "; ".join(str(m) for m in outcome.measured[:2])
        return "absent", Reason(f"not seen: {outcome.words} ({numbers})", outcome.code, clue.if_absent)
    text = outcome.findings[0].message
    if len(outcome.findings) > 1:
        text += f" (and {len(outcome.findings) - 1} more)"
    if outcome.code in explained and clue.if_seen > 0:
        return "explained", Reason(f"{text} (explained by {explained[outcome.code]})", outcome.code, 0.0)
    onsets = [f.place.step for f in outcome.findings if f.place.step is not None]
    if clue.from_start and onsets and min(onsets) > when.early:
        late = f"{text}: starts at step {min(onsets)}, and this cause acts from step 0"
        return "late", Reason(late, outcome.code, min(clue.if_absent, 0.0))
    if clue.near is not None and onsets:
        event = when.beside(clue.near, min(onsets))
        if event is None:
            alone = f"{text}: within {when.near} steps of it nothing happened to the {clue.near}"
            return "late", Reason(alone, outcome.code, min(clue.if_absent, 0.0))
        text += f"; step {event.at}: {event.words}"
    return "seen", Reason(text, outcome.code, clue.if_seen)


def _status(
    proved: bool,
    supporting: Sequence[Clue],
    probability: float,
    ruled: bool,
    by_code: Mapping[str, Outcome],
    *,
    cause: Cause,
) -> Status:
    """Where only notes and warnings speak for a cause, it has to be more likely than not to be listed as consistent,
    unless they state a fact of the files (`static`): then a warning is enough that nothing else explains, or a note of some
    weight.
    """
    if proved:
        return "proved"
    levels = {by_code[clue.code].level for clue in supporting}
    static = cause.proof == "static"
    if static and "warning" in levels and probability >= 0.1:
        return "consistent"
    if supporting and probability >= (0.2 if static or "error" in levels else 0.5):
        return "consistent"
    return "ruled-out" if ruled else "not-testable"


def _ruled(
    cause: Cause, looked: Sequence[tuple[Clue, Any]], by_code: Mapping[str, Outcome], facts: Mapping[str, Any]
) -> bool:
    """Whether enough was looked at to rule the cause out: a check that could speak for it, and none that could prove it
    was left out, by the user or by how little of the dataset was opened. Of a log alone the absence of what was looked for
    has to count against the cause: most of what can be wrong leaves no trace in it.
    """
    if any(clue.proves and clue.code in by_code and by_code[clue.code].left_out for clue in cause.clues):
        return False
    of_log = "history" in facts and "recording" not in facts
    return any(clue.if_seen > 0 and not (of_log and clue.if_absent == 0 and not clue.proves) for clue, _ in looked)


def _unique(places: Sequence[Place]) -> Iterator[Place]:
    yield from dict.fromkeys(places)


def _fix(cause: Cause, seen: Sequence[Clue], by_code: Mapping[str, Outcome], facts: Facts) -> FixAdvice:
    """What to do: where one of several checks proves the cause, what that check says, which knows what was found; else what
    the cause says, with its lines of code.
    """
    setup = facts.get("setup")
    snippet = cause.fix.snippets.get(setup.framework if setup is not None else "pytorch")
    snippet = snippet or cause.fix.snippets.get("pytorch")
    words = cause.fix.words
    proof = max((c for c in seen if c.proves), key=lambda c: c.if_seen, default=None)
    if proof is not None and by_code[proof.code].fix and sum(c.proves for c in cause.clues) > 1:
        words = by_code[proof.code].fix
        snippet = (
            None if "`" in words else snippet
        )  # its own code, beside which the cause's may be about something else
    commands = [f.fix for clue in seen for f in by_code[clue.code].findings if f.fix and f.fix.startswith("traindx ")]
    if commands:  # it repairs what was found, where a snippet would change every file
        return FixAdvice(words, commands[0], None)
    return FixAdvice(words, None, snippet)


def _score(diagnosis: Diagnosis) -> float:
    return sum(r.weight for r in (*diagnosis.because, *diagnosis.against))


def _rank(
    diagnosis: Diagnosis, errors: AbstractSet[str], by_code: Mapping[str, Outcome]
) -> tuple[int, bool, bool, float, str]:
    """First what is proved or likely, of that what makes faulty, then what stands on more than notes, then by the sum."""
    order = {"proved": 0, "consistent": 1, "not-testable": 2, "ruled-out": 3}
    harmless = not is_serious(diagnosis, errors)
    place = order[diagnosis.status]
    if harmless and place < 2:  # a note that is proved stands behind an error that is likely
        place = 1
    return place, harmless, _is_noted(diagnosis, by_code), -_score(diagnosis), diagnosis.cause


def _is_noted(diagnosis: Diagnosis, by_code: Mapping[str, Outcome]) -> bool:
    """Whether nothing but notes speaks for a cause."""
    return all(by_code[r.code].level == "note" for r in diagnosis.because if r.code is not None)


def _is_likely(diagnosis: Diagnosis, by_code: Mapping[str, Outcome]) -> bool:
    """Whether a cause is to be named before it is said that a run is too short to tell."""
    named = diagnosis.status in ("proved", "consistent") and diagnosis.probability >= LIKELY
    return named and not _is_noted(diagnosis, by_code)
