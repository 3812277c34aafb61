"""Settles trials that confirm several causes by the same symptom: the one whose undoing helps most is the cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from traindx.core.cause import Cause
from traindx.core.report import Trial
from traindx.trial.judge import LEAST_EFFECT
from traindx.trial.symptom import symptom_codes


def settle(trials: Sequence[tuple[Cause, Trial]]) -> dict[str, Trial]:
    """The trials by the slug of their cause, with at most one kind of cure confirmed for one symptom.

    A lower rate calms many a run that fails for another reason, and then learns slowly. So where two confirmed causes share
    a check, the one that gained less, by more than the spread and `LEAST_EFFECT`, becomes inconclusive and says so.
    A cause that a finding proves is no rival: its fact holds whatever else helps.
    """
    settled = {cause.slug: trial for cause, trial in trials}
    for cause, trial in trials:
        best = max((other for other in trials if _rivals(cause, *other)), key=_gain, default=None)
        if best is None or trial.verdict != "confirmed" or _is_exact(cause):
            continue
        margin = max(trial.spread or 0.0, best[1].spread or 0.0, LEAST_EFFECT)
        if (best[1].effect or 0.0) > (trial.effect or 0.0) + margin:
            numbers = f"{best[1].effect or 0.0:.0%} against {trial.effect or 0.0:.0%}"
            words = f"{trial.sentence}. It helps, but undoing {best[0].slug} helps more ({numbers})"
            settled[cause.slug] = replace(trial, verdict="inconclusive", sentence=words)
    return settled


def _rivals(cause: Cause, other: Cause, trial: Trial) -> bool:
    shared = set(symptom_codes(cause)) & set(symptom_codes(other))
    return other.slug != cause.slug and trial.verdict == "confirmed" and bool(shared)


def _gain(item: tuple[Cause, Trial]) -> float:
    return item[1].effect or 0.0


def _is_exact(cause: Cause) -> bool:
    return any(clue.proves for clue in cause.clues)
