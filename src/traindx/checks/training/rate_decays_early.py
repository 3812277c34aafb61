"""T354: the learning rate is next to nothing for most of the run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Floats, Recording
from traindx.core.stepping import epochs_of, steppings
from traindx.core.stepping_example import BASE, cosine, scheduled_run, staircase
from traindx.core.trend import trend


@check("T354", level="error")
def rate_decays_early(
    recording: Recording, *, low: float = 0.005, share: float = 0.5, min_steps: int = 40
) -> Iterator[Finding | Measured]:
    """The rates of all parameter groups sink to next to nothing long before the run ends, and the loss stops falling above zero.

    ## Why is this bad?
    From there on nothing is trained: the time is spent, the loss stands where it was.

    ## How to fix
    Stretch the schedule over the run: a larger step size or gamma, `T_max` and `num_training_steps` as long as the run, a
    larger patience; or step the scheduler less often.

    Judged is the last stretch of the run in which no group has more than `low` of its highest rate: it must last `share` of
    the run (at a rate of exactly zero a quarter, and over an epoch), be reached in two or more falls, and end with a loss
    over a tenth of that of the start; a third of the run is enough where the loss ends over 0.7 of its start. `low` and the
    shares are guesses: cosine to zero spends under a twentieth of the run there, three drops by ten at 30, 60 and 80 % a
    fifth.
    """
    step, rate = _rates(recording)
    if len(step) < 10 or recording.step[-1] < min_steps or len(recording.optimizers) > 1:
        raise NotEnough(f"needs the rates of one optimizer over {min_steps} steps")
    part = rate / max(float(np.max(rate)), 1e-300)
    onset, gone = _stays_below(step, part, low), _stays_below(step, part, 1e-9)
    lasts, none = 1 - onset / float(step[-1]), 1 - gone / float(step[-1])
    seen = trend(recording.loss) if np.isfinite(recording.loss).any() else None
    if seen is not None and seen.finite and seen.end > 0.7 * seen.start > 0:
        share = min(share, 1 / 3)
    yield Measured(f"share of the run at less than {low:g} of the highest rate", lasts, f"under {share:g}")
    harmed = seen is None or not seen.finite or seen.end > 0.1 * seen.start
    epochs = epochs_of(recording)
    idle = max(0.25, 1.5 / epochs if epochs else 0.0)  # cosine that comes to zero an epoch early is no fault
    falls = int((np.diff(part) < -1e-9).sum())
    if float(np.max(rate)) <= 0 or not harmed or falls < 2 or (lasts < share and none < idle):
        return
    at = int(onset if lasts >= share else gone)
    place = next((s.place for s in steppings(recording) if s.calls), None)
    source = recording.sources.get("optimizer")
    place = place or (Place(source.path, source.line, setting="lr") if source else Place(setting="lr"))
    x, y = tuple(map(float, step)), tuple(map(float, rate))
    text = f"the rate falls from {float(np.max(rate)):.3g} to {float(rate[-1]):.2g}, under {low:g} of its peak from step {at} on"
    loss = f"; the loss ends at {seen.end:.4g}, it began at {seen.start:.4g}" if seen is not None else ""
    place = Place(place.path, place.line, step=at, setting=place.setting)
    yield Finding(
        place, text + f", {lasts:.0%} of the run{loss}", (Curve("rate", (Line("rate", x, y),), onset=at, log_y=True),)
    )


def _rates(recording: Recording) -> tuple[Floats, Floats]:
    """Steps, and the rate of the group that has most of its own highest rate left, in units of the first group's."""
    lists = [(step, d["lrs"]) for step, d in recording.details.items() if d.get("lrs") and None not in d["lrs"]]
    widths = {len(rates) for _, rates in lists}
    if len(widths) == 1 and len(lists) > 10:
        table = np.array([rates for _, rates in lists], dtype=np.float64)
        high = np.maximum(table.max(axis=0), 1e-300)
        return np.array([step for step, _ in lists], dtype=np.float64), (table / high).max(axis=1) * float(high.max())
    known = np.isfinite(recording.lr)
    return recording.step[known].astype(np.float64), recording.lr[known]


def _stays_below(step: Floats, part: Floats, low: float) -> float:
    """The first step from which on no rate is above `low`; the last step where the end is above it."""
    above = np.flatnonzero(part > low)
    after = int(above[-1]) + 1 if len(above) else 0
    return float(step[min(after, len(step) - 1)])


@rate_decays_early.fires_on
def a_staircase_that_is_through_in_a_quarter() -> Facts:
    plan = staircase(12, 160)
    return {"recording": scheduled_run("StepLR", plan, by="step", loss=falling(end=1.5, steps=160))}


@rate_decays_early.fires_on
def a_plan_that_ends_at_zero_too_soon() -> Facts:
    plan = [BASE * max(0.0, 1 - i / 80) for i in range(161)]
    return {"recording": scheduled_run("LambdaLR", plan, by="step", loss=flat(level=1.5, steps=160))}


@rate_decays_early.quiet_on
def cosine_to_zero_at_the_end() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(160), by="step", loss=flat(steps=160))}


@rate_decays_early.quiet_on
def second_phase_at_a_thousandth() -> Facts:
    return {"recording": recording_with(flat(steps=100), lr=[0.01] * 30 + [1e-5] * 70)}


@rate_decays_early.quiet_on
def drops_at_a_third_two_thirds_and_nearly_the_end() -> Facts:
    rates = [0.1] * 30 + [0.01] * 30 + [0.001] * 20 + [0.0001] * 20
    return {"recording": recording_with(flat(level=1.0, steps=100), lr=rates)}


@rate_decays_early.quiet_on
def learned_all_there_was() -> Facts:
    return {"recording": scheduled_run("StepLR", staircase(12, 160), by="step")}


@rate_decays_early.fires_on
def gone_after_half_of_a_run_that_learned_little() -> Facts:
    return {"recording": recording_with(flat(steps=90), lr=[0.02 * 0.9**i for i in range(90)])}
