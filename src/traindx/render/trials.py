"""A trial in the terminal: its effect in one line, and both kinds of arm in one plot of characters, as wide as seeds differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

from traindx.core.report import Arm, Trial
from traindx.render.wording import count, duration

HEIGHT = 8
OFF_SCALE = 20.0
"""Drawn up to this many times the largest first loss: beyond it an arm has failed, however far it goes."""

DECADES = 1.5
"""Positive losses that span more powers of ten than this are drawn on a logarithmic scale."""

CONTROL, UNDONE, BOTH = "x", "o", "*"

MARGIN = 9
"""Characters left of the plot, for the highest and the lowest loss."""


def effect_words(trial: Trial) -> str:
    """How much more the undone arms learned, how sure that is, by what it was measured, and what it cost."""
    seeds = len({arm.seed for arm in trial.arms})
    cost = f"{count(len(trial.arms), 'run')}, {duration(trial.seconds)}"
    if trial.effect is None:
        return cost
    words = f"learned {trial.effect:.2f} more of the way"
    if trial.interval is not None:
        low, high = trial.interval
        of = f"95 % interval {low:.2f} to {high:.2f}, {count(seeds, 'seed')}"
        words += f" ({of if seeds > 1 else f'{low:.2f} to {high:.2f} by the noise of its curves, one seed'})"
    return f"{words}, by the {trial.measured_on}; {cost}"


def kind_names(trial: Trial) -> dict[str, str]:
    """What each kind of arm is called for a reader: unchanged, or the treatment."""
    return {arm.name: {"control": "unchanged", "undone": trial.treatment}.get(arm.name, arm.name) for arm in trial.arms}


def plot(trial: Trial, width: int) -> list[str]:
    """Loss against step, a column of characters for each stretch of steps, filled from the lowest seed to the highest."""
    arms = [arm for arm in trial.arms if arm.loss]
    columns, steps = max(10, width - MARGIN - 1), max((arm.steps for arm in arms), default=0)
    marks = {mark: [arm for arm in arms if (arm.name == "control") == (mark == CONTROL)] for mark in (CONTROL, UNDONE)}
    seen = {
        mark: [[v for arm in chosen for v in _in_column(arm, at, columns, steps)] for at in range(columns)]
        for mark, chosen in marks.items()
    }
    first = [abs(v) for arm in arms for v in arm.loss[:1] if math.isfinite(v)]
    top = OFF_SCALE * max(first, default=math.inf)
    shown = [v for column in (*seen[CONTROL], *seen[UNDONE]) for v in column if math.isfinite(v) and v <= top]
    if not shown:
        return []
    log = min(shown) > 0 and math.log10(max(shown) / min(shown)) > DECADES
    rows = [[" "] * columns for _ in range(HEIGHT)]
    for mark, values in seen.items():
        for column, heights in enumerate([_height(v, min(shown), max(shown), log) for v in c] for c in values):
            for row in range(min(heights), max(heights) + 1) if heights else ():
                rows[row][column] = mark if rows[row][column] in (" ", mark) else BOTH
    labels = {0: max(shown), HEIGHT - 1: min(shown)}
    lines = [f"{f'{labels[i]:.3g}' if i in labels else '':>{MARGIN - 1}} |{''.join(row)}" for i, row in enumerate(rows)]
    words = f"step 0 to {steps}; {CONTROL} unchanged, {UNDONE} undone, {BOTH} both{', log scale' if log else ''}"
    return [*(line.rstrip() for line in lines), f"{'':>{MARGIN}}+{'-' * columns}", f"{'':>{MARGIN}} {words}"]


def _in_column(arm: Arm, column: int, columns: int, steps: int) -> Sequence[float]:
    """The losses of an arm in a stretch of steps: its middle value, so that the height of a column is what seeds differ by."""
    every = max(arm.steps, 1) / len(arm.loss)
    first, last = (int(c * steps / columns / every) for c in (column, column + 1))
    values = sorted(v for v in arm.loss[first : max(last, first + 1)] if not math.isnan(v))
    return values[len(values) // 2 : len(values) // 2 + 1]


def _height(value: float, low: float, high: float, log: bool) -> int:
    """The row of a value, 0 at the top: also for what lies above it."""
    if value >= high or high <= low:
        return 0 if high > low else HEIGHT // 2
    share = math.log(value / low) / math.log(high / low) if log else (value - low) / (high - low)
    return min(HEIGHT - 1, max(0, round((1 - share) * (HEIGHT - 1))))
