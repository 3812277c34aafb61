"""Another dose of a treatment that has one: a rate lowered 30 times may still be too high, or by then too low."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from traindx.core.recording import Recording
from traindx.core.report import Arm
from traindx.core.treatment import Treatment, scale_lr
from traindx.trial.learning import FEW
from traindx.trial.question import Answer
from traindx.trial.rules import LEAST_EFFECT

USUAL = 0.01
"""An update over the weights' norm, as it usually is: the median of 66 healthy runs of the benchmark, all but four of which lie
between 0.003 and 0.05 (`python bench/ratios.py`)."""

SMALLEST = 1e-7
"""No rate is made smaller or larger by more than this factor at once."""

APART = 3.0
"""A factor nearer to one than this is no wrong rate. A guess."""

LEAST_SEEN = 5
"""Steps whose update was measured, from which a dose is taken."""

ROSE = -0.1
"""A share learned below this is a loss that rose."""


def first_dose(treatment: Treatment, recording: Recording | None) -> Treatment:
    """The treatment, with the factor of a rate chosen so that updates become as large as they usually are (`USUAL`).

    An update grows with its rate, so what the recording measured says by which factor the rate is wrong. Where nothing was
    measured, or it does not point the way that the treatment goes, the treatment's own factor stands.
    """
    if treatment.name != "scale_lr" or recording is None:
        return treatment
    own = float(treatment["factor"] or 1.0)
    seen = recording.update_ratio
    seen = seen[np.isfinite(seen) & (seen > 0)]
    if len(seen) < LEAST_SEEN:
        return treatment
    if own > 1:
        factor = min(USUAL / float(np.quantile(seen, 0.9)), 1 / SMALLEST)
        return scale_lr(float(f"{factor:.2g}")) if factor >= APART else treatment
    early = max(float(np.median(seen[:FEW])), float(np.median(seen)))
    factor = max(USUAL / early, SMALLEST)
    return scale_lr(float(f"{factor:.2g}")) if factor <= 1 / APART else treatment


def other_dose(tried: Sequence[Answer]) -> Treatment | None:
    """The dose to try after those that were `tried`, in their order; None where none is worth a try.

    The exact factor by which a rate is wrong is not known beforehand. A step is the first factor, 100 or 1/30 at most. A rate
    that was lowered and under which the symptom stays is lowered by a step more; one under which the symptom goes and nothing is
    learned is raised by the root of a step. A rate that was raised and under which the loss rises is lowered by the root of a
    step; one under which it stands still is raised by a step more.
    Where neither of two doses cures, a third is the last: further the same way if the second helped more than the first, else,
    where each fails other checks (one overshoots, one stands still), their geometric mean.
    """
    last = tried[-1]
    undone = [arm for arm in last.arms if arm.name == "undone"]
    if last.question.treatment.name != "scale_lr" or not undone or any(arm.failed for arm in undone):
        return None
    first, factor = _factor(tried[0]), _factor(last)
    step = min(first, 100.0) if first > 1 else max(first, 1 / 30)
    ill = any(arm.symptom for arm in undone)
    if len(tried) == 2 and ill and not _rose(undone) and _learned(last) > _learned(tried[0]) + LEAST_EFFECT:
        return scale_lr(factor * step)
    if len(tried) > 1:
        apart = len(tried) == 2 and ill and tried[0].seen("undone") != last.seen("undone")
        return scale_lr(math.sqrt(first * factor)) if apart else None
    if ill:
        return scale_lr(factor / math.sqrt(step) if _rose(undone) and factor > 1 else factor * step)
    refuted = last.ruling is not None and last.ruling.verdict == "refuted"
    return scale_lr(factor / math.sqrt(step)) if refuted and factor < 1 else None


def _rose(arms: Sequence[Arm]) -> bool:
    return any(arm.learned is not None and arm.learned < ROSE for arm in arms)


def _learned(item: Answer) -> float:
    return max((max(0.0, arm.learned or 0.0) for arm in item.arms if arm.name == "undone"), default=0.0)


def _factor(item: Answer) -> float:
    value = item.question.treatment["factor"]
    return float(value) if value is not None else 1.0
