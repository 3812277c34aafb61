"""T203: updates are at the upper end of what is healthy while the loss does not fall."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Recording
from traindx.core.setup import Setup
from traindx.core.trend import has_one_target, over_chance, trend


@check("T203", level="warning")
def large_updates_without_progress(
    recording: Recording,
    setup: Setup | None = None,
    *,
    ratio: float = 0.02,
    at_chance: float = 0.97,
    min_steps: int = 10,
) -> Iterator[Finding | Measured]:
    """The updates of the first steps are large for a loss that does not fall.

    ## Why is this bad?
    The weights move a lot and get nowhere: steps overshoot. Wrong labels look the same, so this is a hint that a trial
    with a smaller rate has to decide.

    ## How to fix
    Try a rate 3 to 30 times smaller. The median update-to-weight ratio of the first 20 recorded steps lay between 0.002 and
    0.022 in the benchmark's 92 healthy runs, and between 0.03 and 1 with a rate 30 or 300 times too high (`python
    bench/ratios.py`).

    A loss that begins above that of guessing and comes down to it (over `at_chance` of it, a guess) does not fall either.
    """
    taken = recording.update_ratio
    early = taken[np.isfinite(taken)][:20]
    if len(early) < 3 or np.isfinite(recording.loss).sum() < min_steps or has_one_target(recording):
        return
    median, seen = float(np.median(early)), trend(recording.loss)
    yield Measured("median update-to-weight ratio of the first recorded steps", median, f"under {ratio:g}")
    reached = over_chance(recording)
    guesses = reached is not None and reached > at_chance
    if median > ratio and (not seen.finite or seen.drop < 0.1 or seen.z < 4 or guesses):
        gets = "the loss does not fall" + (" below that of guessing" if guesses else "")
        text = f"updates of {median:.3g} of the weights' norm a step (healthy: under {ratio:g}), and {gets}"
        yield Finding(optimizer_place(recording, 0, setup), f"{text}; {optimizer_words(recording)}")


@large_updates_without_progress.fires_on
def restless_and_flat() -> Facts:
    return {"recording": recording_with(flat(), update_ratio=0.05)}


@large_updates_without_progress.fires_on
def thrown_up_and_down_to_chance() -> Facts:
    loss = [2.3 + 1.2 * 0.9**i + 0.01 * ((7 * i) % 5 - 2) for i in range(120)]
    call = {"name": "cross_entropy", "classes": 10}
    return {"recording": recording_with(loss, update_ratio=0.08, detail={"loss_call": call})}


@large_updates_without_progress.quiet_on
def restless_and_learning() -> Facts:
    return {"recording": recording_with(falling(), update_ratio=0.05)}
