"""Another dose of a treatment that has one: a rate lowered 30 times may still be too high, or by then too low."""

from __future__ import annotations

import math
from collections.abc import Sequence

from traindx.core.report import Arm
from traindx.core.treatment import Treatment, scale_lr
from traindx.trial.question import Answer
from traindx.trial.rules import LEAST_EFFECT

ROSE = -0.1
"""A share learned below this is a loss that rose."""


def other_dose(tried: Sequence[Answer]) -> Treatment | None:
    """The dose to try after those that were `tried`, in their order; None where none is worth a try.

    The exact factor by which a rate is wrong is not known beforehand. A rate lowered by `f` under which the symptom stays is
    lowered by f squared; one under which the symptom goes and nothing is learned is lowered by the root of f.
    A rate raised by `f` under which the loss rises is raised by the root of f; one under which it stands still, by f squared.
    Where neither of two doses cures, a third is the last: further the same way if the second helped more than the first, else,
    where each fails other checks (one overshoots, one stands still), their geometric mean.
    """
    last = tried[-1]
    undone = [arm for arm in last.arms if arm.name == "undone"]
    if last.question.treatment.name != "scale_lr" or not undone or any(arm.failed for arm in undone):
        return None
    ill = any(arm.symptom for arm in undone)
    if len(tried) == 2 and ill and not _rose(undone) and _learned(last) > _learned(tried[0]) + LEAST_EFFECT:
        return scale_lr(_factor(last) * _factor(tried[0]))
    if len(tried) > 1:
        apart = len(tried) == 2 and ill and tried[0].seen("undone") != last.seen("undone")
        return scale_lr(math.sqrt(_factor(tried[0]) * _factor(last))) if apart else None
    factor = _factor(last)
    if ill:
        return scale_lr(math.sqrt(factor) if _rose(undone) and factor > 1 else factor**2)
    refuted = last.ruling is not None and last.ruling.verdict == "refuted"
    return scale_lr(math.sqrt(factor)) if refuted and factor < 1 else None


def _rose(arms: Sequence[Arm]) -> bool:
    return any(arm.learned is not None and arm.learned < ROSE for arm in arms)


def _learned(item: Answer) -> float:
    return max((max(0.0, arm.learned or 0.0) for arm in item.arms if arm.name == "undone"), default=0.0)


def _factor(item: Answer) -> float:
    value = item.question.treatment["factor"]
    return float(value) if value is not None else 1.0
