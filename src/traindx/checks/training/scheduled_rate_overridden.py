"""T359: a scheduler sets the rate, and something else sets it again before the optimizer steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.stepping import steppings
from traindx.core.stepping_example import cosine, scheduled_run

NEARER = 0.9
"""Share of the steps at which a warm-up comes nearer to its rate (a guess): constant, or decaying by itself, it does not."""


@check("T359", level="warning")
def scheduled_rate_overridden(
    recording: Recording, *, share: float = 0.8, min_records: int = 10
) -> Iterator[Finding | Measured]:
    """The optimizer steps with another rate than its scheduler has set, nearly always.

    ## Why is this bad?
    The schedule has no effect: two places write the rate, and the last one counts.

    ## How to fix
    Leave the rate to the scheduler: take out the line that assigns `param_group["lr"]`, or the scheduler.

    A warm-up that is written by hand overrides the scheduler for a while only, which is left alone (`share`, a guess). So
    is one in which the run ended: from step to step the rate comes nearer to the one that the scheduler has set, as a share
    of it, or, where the rate itself moves, by the difference (a schedule that falls faster than the warm-up nears it).
    """
    found = [s for s in steppings(recording) if s.calls and len(s.scheduler.step) >= min_records]
    if not found or recording.of("treatment"):
        raise NotEnough(f"no scheduler that was stepped over {min_records} recorded steps")
    for stepping in found:
        known = stepping.scheduler.step[stepping.scheduler.calls_before > 0]
        set_by_others = [step for step in stepping.scheduler.overridden if step in known]
        part = len(set_by_others) / max(1, len(known))
        yield Measured(f"steps with another rate than {stepping.scheduler.kind} set", part, f"under {share:g}")
        if len(known) >= min_records and part >= share and not _warms_up(recording, stepping.scheduler.overridden):
            entry = next(e for e in recording.details[set_by_others[-1]]["schedule"] if "applied" in e)
            text = f"{stepping.scheduler.kind} sets a rate of {entry['rate']:.3g}, and the optimizer takes {entry['applied']:.3g}"
            text += f", at {len(set_by_others)} of {len(known)} recorded steps: something else assigns the rate"
            yield Finding(stepping.place, text)


def _warms_up(recording: Recording, steps: Sequence[int]) -> bool:
    """Whether the applied rate comes nearer to the planned one nearly from each step to the next."""
    entries = [next(e for e in recording.details[step]["schedule"] if "applied" in e) for step in steps]
    applied = np.array([e["applied"] for e in entries if e["rate"] > 0])
    planned = np.array([e["rate"] for e in entries if e["rate"] > 0])
    if _nears(np.abs(1 - applied / planned)):
        return True
    moves = len(applied) > 1 and (np.diff(applied) != 0).mean() >= NEARER
    return bool(moves and _nears(np.abs(applied - planned)))


def _nears(off: NDArray[np.float64]) -> bool:
    return bool(len(off) > 1 and (np.diff(off) < 0).mean() >= NEARER and off[-1] < off[0])


def _run(overridden: int, top: float = 0.0) -> Recording:
    plan = cosine(160)
    run = scheduled_run("CosineAnnealingLR", plan, by="step", loss=falling(steps=160))
    for step, detail in run.details.items():
        if step < overridden:
            detail["schedule"][0]["applied"] = top * step / 200 * detail["schedule"][0]["rate"] if top else 0.05
    return run


@scheduled_rate_overridden.fires_on
def assigned_at_each_step() -> Facts:
    return {"recording": _run(160)}


@scheduled_rate_overridden.quiet_on
def a_warm_up_by_hand() -> Facts:
    return {"recording": _run(60)}


@scheduled_rate_overridden.quiet_on
def a_run_that_ended_in_its_warm_up() -> Facts:
    return {"recording": _run(160, top=1.0)}


@scheduled_rate_overridden.quiet_on
def a_warm_up_from_above_to_a_rate_that_falls() -> Facts:
    run = _run(160, top=1.0)
    for step, detail in run.details.items():
        detail["schedule"][0].update(rate=0.01 * (1 - step / 160), applied=0.1 - 0.0003 * step)
    return {"recording": run}


@scheduled_rate_overridden.quiet_on
def nobody_else() -> Facts:
    return {"recording": _run(0)}
