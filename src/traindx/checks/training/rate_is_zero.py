"""T362: the optimizer steps with a learning rate of zero."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import loaders_of
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Recording


@check("T362", level="error")
def rate_is_zero(recording: Recording, *, share: float = 0.99, min_steps: int = 10) -> Iterator[Finding | Measured]:
    """The learning rate of every parameter group is exactly zero, from the first step on.

    ## Why is this bad?
    An optimizer with a rate of zero changes nothing, however often it steps.

    ## How to fix
    Look where the rate comes from: a setting that is not read, a division of whole numbers (`1 // batches`), a warm-up that
    begins at zero and is stepped once an epoch.

    The first step of a warm-up may have a rate of zero; reported is `share` of the steps and at least `min_steps`. Not
    before the first epoch is over, where a schedule is there that was not stepped yet.
    """
    lists = [d["lrs"] for d in recording.details.values() if d.get("lrs")]
    known = np.isfinite(recording.lr)
    if known.sum() < min_steps:
        raise NotEnough(f"needs the rates of {min_steps} steps")
    highest = max([float(np.max(recording.lr[known])), *(float(r) for rates in lists for r in rates if r is not None)])
    none = float(np.mean(recording.lr[known] == 0))
    if _may_rise(recording):
        return
    others = any(r for rates in lists for r in rates)
    yield Measured("share of the steps with a rate of zero", none, f"under {share:g}")
    if none >= share and not others and len(recording.optimizers) == 1:
        text = f"the rate of {optimizer_words(recording)} is 0 at {none:.0%} of the steps, {highest:.3g} at most"
        yield Finding(optimizer_place(recording), text)


def _may_rise(recording: Recording) -> bool:
    """Whether a schedule waits for the end of the first epoch, which the run did not reach."""
    passes = loaders_of(recording).training
    waits = recording.lines.get("scheduler") and not any(
        e["calls"] for d in recording.details.values() for e in d.get("schedule", ())
    )
    return bool(waits and passes and not any(p.ended == "exhausted" for p in passes))


@rate_is_zero.fires_on
def a_rate_of_zero() -> Facts:
    return {"recording": recording_with(flat(), lr=0.0, update_ratio=0.0)}


@rate_is_zero.quiet_on
def a_warm_up_from_zero() -> Facts:
    return {"recording": recording_with(falling(), lr=[0.001 * i for i in range(60)])}


@rate_is_zero.quiet_on
def a_frozen_group_beside_one_that_learns() -> Facts:
    return {"recording": recording_with(falling(), lr=0.0, detail={"lrs": [0.0, 0.01]})}


@rate_is_zero.quiet_on
def a_warm_up_by_epochs_in_the_first_one() -> Facts:
    loader = {"kind": "loader", "loader": 0, "path": "train.py", "line": 12}
    begun = {"kind": "pass", "loader": 0, "pass": 0, "training": True, "batches": 20, "ended": "left"}
    made = {"kind": "scheduler", "index": 0, "step": 0, "optimizer": 0, "class": "LambdaLR"}
    return {"recording": recording_with(flat()[:20], lr=0.0, update_ratio=0.0, events=[loader, begun, made])}
