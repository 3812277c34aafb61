"""Trainings that follow each other in one process, and optimizers that work side by side in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from traindx.core.recording import Recording

_COLUMNS = (
    *(
        "step",
        "time",
        "loss",
        "lr",
        "training",
        "wait",
        "seconds",
        "grad_norm",
        "grad_before",
        "weight_norm",
        "update_norm",
    ),
)

MOST = 0.9
"""Share of the recorded steps in which all optimizers step after one backward pass, of those that one loss moves (a guess)."""

RECORDS = 5
"""Recorded steps in which an optimizer must move something (a guess)."""

SAME = 0.5
"""Share of the parameters, by name and shape, that two descriptions of one network have in common (a guess)."""


def side_by_side(recording: Recording) -> int:
    """How many optimizers with a loss of their own hold parameters at the end; 1 where one loss moves them all.

    An optimizer that took the place of another counts, and the other does not; nor does one that moves nothing, as that of a
    teacher whose training is over.
    """
    held = {p.optimizer for p in recording.parameters if p.optimizer is not None}
    count = len(held - _idle(recording)) or len(held)
    return 1 if count > 1 and _moved_by_one_loss(recording, count) else count


def by_turns(recording: Recording) -> bool:
    """Whether several optimizers hold parameters and seldom step together: two players, or the networks of several folds."""
    held = {p.optimizer for p in recording.parameters if p.optimizer is not None}
    return len(held) > 1 and not _moved_by_one_loss(recording, len(held))


def _idle(recording: Recording) -> set[int]:
    """The optimizers of whose parameters none moved in `RECORDS` recorded steps or more."""
    updates = recording.per_parameter("update")
    if len(updates) < RECORDS or updates.shape[1] != len(recording.parameters):
        return set()
    moved = np.nansum(np.abs(updates), axis=0) > 0
    known = {p.optimizer for p in recording.parameters if p.optimizer is not None}
    return known - {p.optimizer for p, moves in zip(recording.parameters, moved, strict=True) if moves}


def _moved_by_one_loss(recording: Recording, optimizers: int) -> bool:
    """Whether all optimizers step after each backward pass, as with one for the backbone and one for the head."""
    known = [calls for calls in recording.calls if "b" in calls]
    joint = sum(calls.count("b") == 1 and calls.count("s") == optimizers for calls in known)
    return joint > MOST * len(known)


def last_training(recording: Recording) -> Recording:
    """The recording from the step on at which another network took the place of the one before; all of it where none did.

    A teacher that is trained before its student is a training of its own: the losses of both make no one curve. Cut are steps,
    validations and events; `lines` stay as they were written.
    """
    described = recording.lines.get("model", ())
    begins = [int(b.get("step") or 0) for a, b in pairwise(described) if not _is_same(a, b)]
    if not begins or recording.ranks or not (recording.step >= begins[-1]).any():
        return recording
    first = begins[-1]
    kept = recording.step >= first
    return replace(
        recording,
        **{name: getattr(recording, name)[kept] for name in _COLUMNS},
        calls=tuple(calls for calls, keep in zip(recording.calls, kept, strict=True) if keep),
        details={step: detail for step, detail in recording.details.items() if step >= first},
        validations=tuple(v for v in recording.validations if v.step >= first),
        events=tuple(e for e in recording.events if e.step >= first),
    )


def _is_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two descriptions are of one network: most parameters of the smaller are in the other."""
    known, now = (
        {(p["name"].removeprefix("module."), tuple(p.get("shape", ()))) for p in line.get("parameters", ())}
        for line in (before, after)
    )
    return len(known & now) >= SAME * min(len(known), len(now))
