"""Several causes at once: where no single one cures the run, the smallest set of them that does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from traindx.core.report import Trial
from traindx.trial.question import Answer, Question, shows
from traindx.trial.rounds import Contest

DOSED = "scale_lr"
"""The treatment that has doses: it leads a set, so that other doses of it are tried there too (`trial.doses`)."""


def smallest_set(contest: Contest) -> Trial | None:
    """The trial of the smallest set of causes whose undoing cures what no single one does; None where there is no such set.

    All causes whose symptom the controls show are undone at once. If that cures, each is put back in turn, the one that helped
    least first, and stays out of the set if the rest cures without it. So of n causes at most n sets are tried, as far
    as the budget goes. Where two treatments would change the same thing (a rate up, a rate down), the first is kept.
    """
    answers = [contest.answer(question) for question in contest.questions]
    ill = [a for a in answers if a.ruling is not None and any(arm.symptom for arm in a.arms if arm.name == "control")]
    members = _compatible([a.question for a in sorted(ill, key=_helped, reverse=True)])
    if len(members) < 2 or any(_cures(a, members) for a in ill):
        return None
    best = _confirmed(contest, members)
    for member in reversed(members):
        rest = [m for m in members if m is not member]
        if best is None or len(rest) < 2:
            break
        smaller = _confirmed(contest, rest)
        members, best = (rest, smaller) if smaller is not None else (members, best)
    return best


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


def _confirmed(contest: Contest, members: Sequence[Question]) -> Trial | None:
    first, *rest = sorted(members, key=lambda m: m.treatment.name != DOSED)
    joint = replace(first, also=tuple(rest), known=tuple(dict.fromkeys(c for m in members for c in m.known)))
    trial = contest.trial_of(joint)
    if trial.verdict != "confirmed":
        return None
    return replace(trial, sentence=f"{trial.sentence}. None of these {len(members)} causes alone cures the run")
