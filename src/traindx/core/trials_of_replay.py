"""Which trial of a bad step comes next, judged by what the ones before it showed: a pure function, so that it can go on
in another process where the training's own code ended one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["again", "full_precision", "own_weights", "without", "only"]
MOST_TRIALS = 40
NAMED = 4
"""Samples that a search by halves names at most."""


@dataclass(frozen=True)
class StepTrial:
    """One way to do the step: `again` as it was; in `full_precision`; on the script's `own_weights` as it starts with them;
    `without` the samples in `rows`, or with them `only`. `batch` counts the batches of the step (accumulation).
    """

    kind: Kind
    batch: int = 0
    rows: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def next_trial(done: Sequence[Mapping[str, Any]], *, batches: int, samples: int, jump: bool) -> StepTrial | None:
    """The next trial, None when nothing is left to ask.

    `done` holds the results so far (`trial`, `bad`, `half`, `state`, `rows`, `error`); `batches` is how many the step had,
    `samples` how many a batch has (0: unknown); of a `jump` nothing but the step itself is asked.
    """
    again = [r for r in done if r["trial"]["kind"] == "again"]
    first = next((r for r in again if r["bad"]), None)
    if first is None:
        return StepTrial("again", len(again)) if len(again) < max(1, batches) else None
    if jump or len(done) >= MOST_TRIALS or first.get("error"):
        return None
    batch = int(first["trial"]["batch"])
    if first["half"] and not _ran(done, "full_precision"):
        return StepTrial("full_precision", batch)
    if first["state"] and not _ran(done, "own_weights"):
        return StepTrial("own_weights", batch)
    if samples < 2 or not batches:
        return None
    rows = first.get("rows")
    if rows:
        if len(rows) == samples:
            return None
        named = tuple(rows)
        left = [StepTrial("without", batch, named), StepTrial("only", batch, named)]
        return next((t for t in left if not _ran(done, t.kind)), None)
    return _halves(done, batch, samples)


def guilty_samples(done: Sequence[Mapping[str, Any]], samples: int) -> list[int]:
    """The samples that alone make the step bad, as the search by halves found them; empty if it found none."""
    tried = _tried(done)
    found: list[int] = []
    pending = [tuple(range(samples))]
    while pending and len(found) < NAMED:
        rows = pending.pop(0)
        if len(rows) == 1:
            found.append(rows[0])
        else:
            pending += [half for half in _split(rows) if tried.get(half)]
    return found


def _halves(done: Sequence[Mapping[str, Any]], batch: int, samples: int) -> StepTrial | None:
    tried = _tried(done)
    pending = [tuple(range(samples))]
    singles = 0
    while pending and singles < NAMED:
        rows = pending.pop(0)
        if len(rows) == 1:
            singles += 1
            continue
        for half in _split(rows):
            if half not in tried:
                return StepTrial("only", batch, half)
        bad = [half for half in _split(rows) if tried[half]]
        if len(rows) == samples and len(bad) == 2 and samples > 2 and _every(tried, samples):
            return None
        pending += bad
    return None


def _every(tried: Mapping[tuple[int, ...], bool], samples: int) -> bool:
    """Whether each half and each quarter is bad: then it is not about single samples."""
    quarters = [q for half in _split(tuple(range(samples))) for q in _split(half)]
    return len(quarters) == 4 and all(tried.get(q, False) for q in quarters)


def _split(rows: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    middle = (len(rows) + 1) // 2
    return tuple(part for part in (rows[:middle], rows[middle:]) if part)


def _tried(done: Sequence[Mapping[str, Any]]) -> dict[tuple[int, ...], bool]:
    only = [r for r in done if r["trial"]["kind"] == "only"]
    return {tuple(r["trial"]["rows"]): bool(r["bad"]) and not r.get("error") for r in only}


def _ran(done: Sequence[Mapping[str, Any]], kind: str) -> bool:
    return any(r["trial"]["kind"] == kind for r in done)
