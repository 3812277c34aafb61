"""Settles trials that confirm several causes by the same symptom: the one whose undoing helps most is the cause."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from traindx.core.cause import Cause
from traindx.core.report import Trial
from traindx.trial.rules import LEAST_EFFECT
from traindx.trial.symptom import symptom_codes


def settle(trials: Sequence[tuple[Cause, Trial]], unseen: Collection[str] = ()) -> dict[str, Trial]:
    """The trials by the slug of their cause, with at most one kind of cure confirmed for one symptom.

    A lower rate calms many a run that fails for another reason, and then learns slowly. So where two confirmed causes share
    a check, the one that gained less, by more than the spread and `LEAST_EFFECT`, becomes inconclusive and says so.
    A cause that a finding proves is no rival: its fact holds whatever else helps. Of the causes in `unseen` no check sees
    anything in the unchanged run: each yields to any cause that was confirmed by its symptom, and to one that gained more.
    """
    settled = {cause.slug: trial for cause, trial in trials}
    for cause, trial in trials:
        hidden = cause.slug in unseen
        seen = next((c.slug for c, t in trials if hidden and t.verdict == "confirmed" and c.slug not in unseen), None)
        if trial.verdict == "confirmed" and seen is not None:
            words = f"{trial.sentence}. It helps, but what is seen to be wrong is {seen}"
            settled[cause.slug] = replace(trial, verdict="inconclusive", sentence=words)
            continue
        best = max((other for other in trials if _rivals(cause, *other, always=hidden)), key=_gain, default=None)
        if best is None or trial.verdict != "confirmed" or (_is_exact(cause) and not hidden):
            continue
        margin = max(trial.spread or 0.0, best[1].spread or 0.0, LEAST_EFFECT)
        if (best[1].effect or 0.0) > (trial.effect or 0.0) + margin:
            numbers = f"{best[1].effect or 0.0:.0%} against {trial.effect or 0.0:.0%}"
            words = f"{trial.sentence}. It helps, but undoing {best[0].slug} helps more ({numbers})"
            settled[cause.slug] = replace(trial, verdict="inconclusive", sentence=words)
    return settled


def _rivals(cause: Cause, other: Cause, trial: Trial, *, always: bool) -> bool:
    shared = always or bool(set(symptom_codes(cause)) & set(symptom_codes(other)))
    return other.slug != cause.slug and trial.verdict == "confirmed" and shared


def _gain(item: tuple[Cause, Trial]) -> float:
    return item[1].effect or 0.0


def _is_exact(cause: Cause) -> bool:
    return any(clue.proves for clue in cause.clues)
