"""What undone arms learned more than their controls, and whether that is more than chance. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from traindx.core.report import Arm, TrialVerdict
from traindx.trial.interval import ERROR, Effect, effect_of
from traindx.trial.learning import noise
from traindx.trial.rules import Rules, Ruling

Says: TypeAlias = "Callable[[TrialVerdict, str], Ruling]"


def effect_between(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> tuple[Effect | None, float]:
    """The effect over the seeds that have both arms, and the margin that it must exceed.

    Where the targets changed, losses of the two kinds do not compare: the effect is what the undone arms learned.
    """
    before = {a.seed: gain for a in controls if (gain := gain_of(a, rules)) is not None}
    after = {a.seed: gain for a in undone if (gain := gain_of(a, rules)) is not None}
    seeds = [seed for seed in after if seed in before or not rules.comparable]
    if not seeds:
        return None, rules.least
    scatter = max(noise(a.loss) for a in undone)
    differences = [after[seed] - (before[seed] if rules.comparable else 0.0) for seed in seeds]
    return effect_of(differences, scatter, rules.planned), max(rules.least, 2 * scatter)


def is_better(effect: Effect, margin: float, controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> bool:
    """Whether the undone arms learned more than by chance: by Student's t or, at the last look, by ranks.

    A fault often hits seeds unequally (0.7, 0.7 and nan, where 0.97 is learned each time with it undone), and such a spread
    widens the interval although it speaks for the cause. Then it counts that every undone arm learned more than every control
    did, by the margin: of six arms that differ by chance alone that happens once in twenty (the exact test of ranks).
    """
    if effect.mean <= margin:
        return False
    if effect.least > 0:
        return True
    gains = [[gain_of(a, rules) for a in arms] for arms in (controls, undone)]
    before, after = ([g for g in kind if g is not None] for kind in gains)
    enough = before and len(after) == len(before) and 1 / math.comb(2 * len(after), len(after)) <= ERROR
    return bool(enough and rules.comparable and len(after) >= rules.planned and min(after) > max(before) + margin)


def gain_of(arm: Arm, rules: Rules) -> float | None:
    """What an arm learned, by the basis of the trial; nothing where it ended worse than it began."""
    if rules.basis is None:
        return None
    share = arm.learned if arm.held_out is None else arm.held_out
    return None if share is None else max(0.0, share)


def share_of_rest(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> float:
    """What was gained, as a share of what the controls left to learn."""
    means = []
    for arms in (controls, undone):
        gains = [g for a in arms if (g := gain_of(a, rules)) is not None]
        means.append(sum(gains) / len(gains) if gains else 0.0)
    return (means[1] - means[0]) / max(1 - means[0], 1e-12)


def spread_of(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> float | None:
    kinds = [controls, undone] if rules.comparable else [undone]
    gains = [[g for a in arms if (g := gain_of(a, rules)) is not None] for arms in kinds]
    return max((max(g) - min(g) for g in gains if g), default=None) if gains[-1] else None


def with_numbers(effect: Effect | None, spread: float | None, rules: Rules) -> Says:
    shown = effect if rules.comparable else None

    def says(verdict: TrialVerdict, why: str) -> Ruling:
        interval = (shown.low, shown.high) if shown is not None else None
        return Ruling(verdict, why, shown.mean if shown is not None else None, spread, interval)

    return says


def measured(rules: Rules) -> str:
    return f" by their {rules.basis}" if rules.basis in ("validation loss", "validation accuracy") else ""
