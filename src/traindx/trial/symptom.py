"""The symptom of a trial: the checks that speak for a cause, asked of any part of a recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.checks import all_checks
from traindx.core.cause import Cause
from traindx.core.check import Facts
from traindx.core.recording import Recording
from traindx.core.report import Outcome
from traindx.core.runner import run_checks

LEAST_STEPS = 60
"""The shortest arm. A guess: in 60 steps a small healthy network's loss has fallen well beyond its noise."""

MOST_STEPS = 1000
"""The longest arm that is chosen only because its steps are cheap."""

CHEAP = 10.0
"""Seconds of training that cost hardly more than starting the process: an arm is not cut before them."""


def symptom_codes(cause: Cause) -> tuple[str, ...]:
    """The codes of the checks whose failing speaks for `cause`."""
    return tuple(clue.code for clue in cause.clues if clue.if_seen > 0)


def failing(facts: Facts, codes: Sequence[str]) -> list[Outcome]:
    """Of the checks `codes`, the outcomes that failed at level error or warning."""
    return serious(look(facts, codes), codes)


def look(facts: Facts, codes: Sequence[str]) -> list[Outcome]:
    """The outcomes of the checks `codes`."""
    return run_checks([c for c in all_checks() if c.code in codes], facts) if codes else []


def serious(outcomes: Iterable[Outcome], codes: Sequence[str]) -> list[Outcome]:
    """Of the outcomes with one of `codes`, those that failed at level error or warning: a note is no symptom."""
    return [o for o in outcomes if o.code in codes and o.status == "failed" and o.level != "note"]


def until(recording: Recording, steps: int) -> Recording:
    """The recording as it was when `steps` steps were done: what a run cut there would have left behind."""
    rows = int(np.searchsorted(recording.step, steps))
    if rows == len(recording.step):
        return recording
    columns: dict[str, Any] = {
        name: value[:rows]
        for name, value in vars(recording).items()
        if isinstance(value, np.ndarray) and len(value) == len(recording.step)
    }
    return replace(
        recording,
        **columns,
        calls=recording.calls[:rows],
        details={step: detail for step, detail in recording.details.items() if step < steps},
        validations=tuple(v for v in recording.validations if v.step < steps),
        events=tuple(e for e in recording.events if e.step < steps),
        ending="cut",
        ranks=tuple(until(rank, steps) for rank in recording.ranks),
    )


def visible_after(facts: Facts, codes: Sequence[str]) -> int | None:
    """After how many steps the symptom was visible for good; None where no cut of the recording shows it.

    The recording is cut to growing lengths (20 steps, then half as many again each time) until the checks fail on it and
    on every longer cut: the earliest moment at which the symptom was visible, whether it has an onset (a spike, nan) or lies
    in the whole curve (a loss that never falls, which the checks call only after as many steps as they need to be sure).
    """
    recording: Recording = facts["recording"]
    length = int(recording.step[-1]) + 1
    cuts = [20]
    while cuts[-1] < length:
        cuts.append(min(length, cuts[-1] + cuts[-1] // 2))
    visible = None
    for cut in reversed(cuts):
        if not failing({**facts, "recording": until(recording, cut)}, codes):
            break
        visible = cut
    return visible


def steps_needed(facts: Facts, codes: Sequence[str]) -> int:
    """How many steps an arm must run so that the symptom would be seen and its absence would mean something.

    Twice what it takes until the symptom is visible, at least `LEAST_STEPS`: as long after the moment as before it, so that a
    run without the fault has visibly learned where the faulty one was already known to be faulty. A symptom that no cut shows
    (the command's own end, or none at all) needs `LEAST_STEPS`. Where steps are cheap, the arm goes on for `CHEAP` seconds
    of training, to the length of the recorded run if that came to its end: a treated run may take longer to learn.
    """
    recording: Recording | None = facts.get("recording")
    if recording is None or not len(recording.step):
        return LEAST_STEPS
    length = int(recording.step[-1]) + 1
    visible = visible_after(facts, codes)
    whole = length if recording.ending == "finished" else MOST_STEPS
    seconds = float(np.nanmax(recording.time)) if np.isfinite(recording.time).any() else 0.0
    cheap = int(CHEAP * length / seconds) if seconds > 0 else 0
    return max(2 * (visible or 0), LEAST_STEPS, min(cheap, whole, MOST_STEPS))


def length_of(facts: Facts) -> int | None:
    """The steps of the recorded run if it came to its end, else None."""
    recording: Recording | None = facts.get("recording")
    if recording is None or not len(recording.step) or recording.ending != "finished":
        return None
    return int(recording.step[-1]) + 1
