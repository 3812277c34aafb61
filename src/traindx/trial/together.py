"""Several causes at once: where no single one cures the run, the smallest set of them that does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from traindx.core.report import Arm, Trial
from traindx.trial.question import Answer, Question, shows
from traindx.trial.rounds import Contest

DOSED = "scale_lr"
"""The treatment that has doses: it leads a set, so that other doses of it are tried there too (`trial.doses`)."""


UNDECIDED = "Which of these {n} causes are needed for it was not found out in the time"


def smallest_set(contest: Contest) -> dict[str, Trial]:
    """The trial of the smallest set of causes whose undoing cures what no single one does, by cause; empty where none was found.

    All causes whose symptom the controls show are undone at once. If that cures, each is put back in turn, the one that helped
    least first, and stays out of the set if the rest cures without it. So of n causes at most n + 1 sets are tried, as far
    as the budget goes. A rate that cures the set in a dose that it was not tried in alone is tried so first: a set of one.
    A set is confirmed only where each of its causes was seen to be needed. Where two treatments would change the same thing
    (a rate up, a rate down), the first is kept.
    """
    answers = [contest.answer(question) for question in contest.questions]
    ill = [a for a in answers if a.ruling is not None and any(arm.symptom for arm in a.arms if arm.name == "control")]
    members = _compatible([a.question for a in sorted(ill, key=_helped, reverse=True)])
    if len(members) < 2 or any(_cures(a, members) for a in ill):
        return {}
    best, members = _tried(contest, members)
    if best.verdict != "confirmed":
        return {}
    dosed = next((m for m in members if m.treatment.name == DOSED), None)
    before = next((a.question.treatment for a in ill if dosed is not None and a.question.cause is dosed.cause), None)
    alone = set() if dosed is None or dosed.treatment == before else {dosed.cause.slug}
    if dosed is not None and alone:
        single, _ = _tried(contest, [dosed])
        if single.verdict == "confirmed":
            return {dosed.cause.slug: single}
    needed = True
    for member in reversed(members):
        rest = [m for m in members if m is not member]
        if len(rest) < 2:  # each was tried alone, and cures nothing
            needed &= all(_told(contest.answer(m).arms) for m in rest)
            continue
        smaller, same = _tried(contest, rest)
        if smaller.verdict == "confirmed":
            members, best = same, smaller
        else:
            needed &= _told(smaller.arms)
    words = f"None of these {len(members)} causes alone cures the run" if needed else UNDECIDED.format(n=len(members))
    best = replace(best, verdict="confirmed" if needed else "inconclusive", sentence=f"{best.sentence}. {words}")
    return {m.cause.slug: best for m in members}


def _told(arms: Sequence[Arm]) -> bool:
    """Whether an undone arm was run to its end: one that did not cure tells that more is needed."""
    return any(arm.name == "undone" and not arm.failed for arm in arms)


def _compatible(questions: Sequence[Question]) -> list[Question]:
    kept: dict[str, Question] = {}
    for question in questions:
        name = (
            f"{question.treatment.name} {question.treatment['repair']}" if question.repairs else question.treatment.name
        )
        kept.setdefault(name, question)
    return list(kept.values())


def _helped(item: Answer) -> float:
    return item.ruling.effect or 0.0 if item.ruling is not None else 0.0


def _cures(item: Answer, members: Sequence[Question]) -> bool:
    """Whether undoing this one alone was confirmed and left no symptom of another cause behind."""
    if item.ruling is None or item.ruling.verdict != "confirmed":
        return False
    control = next(d for d in item.done if d.run.kind == "control")
    undone = [d for d in item.done if d.run.kind == "undone"]
    return not any(shows(other, control, done) for other in members for done in undone)


def _tried(contest: Contest, members: Sequence[Question]) -> tuple[Trial, list[Question]]:
    """The trial of causes undone at once, and they with the dose that was best there."""
    first, *rest = sorted(members, key=lambda m: m.treatment.name != DOSED)
    joint = replace(first, also=tuple(rest), known=tuple(dict.fromkeys(c for m in members for c in m.known)))
    trial, asked = contest.trial_of(joint)
    dosed = replace(first, treatment=asked.treatment)
    return trial, [dosed if m is first else m for m in members]
