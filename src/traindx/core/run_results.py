"""Which of two runs came farther: by how they ended, then by their validation, then by their training loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from traindx.core.check import Facts
from traindx.core.history import JUDGED_BY, History
from traindx.core.recording import Floats, Recording
from traindx.core.trend import trend

NOISES = 4.0
"""Two runs ended otherwise where their values differ by so many standard deviations of one value (a guess),"""
METRIC, LOSS = 0.02, 0.1
"""and by so much of a metric, or by this share of the larger loss (guesses; seeds alone make a metric differ by a hundredth)."""
ENDED = "ended"
FEW = 4
"""Values from which a curve's noise is known."""


@dataclass(frozen=True)
class Result:
    """One thing by which runs are judged: its value in either, in words, and which is the worse; `` where neither is."""

    name: str
    a: str
    b: str
    worse: Literal["", "A", "B"] = ""


def results(a: Facts, b: Facts) -> tuple[Result, ...]:
    """What both runs came to, what tells most first: the first with a `worse` decides."""
    found = [*_endings(a, b), *_metrics(a, b), *_losses(a, b), *_sizes(a, b)]
    return tuple(found)


def worse_of(found: tuple[Result, ...]) -> Result | None:
    """The result that decides which run is the worse, None where they came to the same."""
    return next((result for result in found if result.worse), None)


def _endings(a: Facts, b: Facts) -> Iterator[Result]:
    words, bad = zip(*(_ending(facts) for facts in (a, b)), strict=True)
    if words[0] or words[1]:
        yield Result(ENDED, words[0], words[1], "" if bad[0] == bad[1] else "A" if bad[0] else "B")


def _ending(facts: Facts) -> tuple[str, bool]:
    """How a run ended, and whether that is bad."""
    recording: Recording | None = facts.get("recording")
    history: History | None = facts.get("history")
    loss = recording.loss if recording is not None else history.train_loss if history is not None else np.zeros(0)
    broken = len(loss) > 0 and bool(np.isinf(loss[-3:]).any())
    if recording is not None and recording.ending == "raised":
        error = next((e.data.get("type") or e.data.get("error") for e in recording.of("exception")), None)
        return f"with an error{f': {error}' if error else ''}", True
    if history is not None and history.ending is not None:
        return f"with an error: {history.ending.kind}", True
    if broken:
        return "with a loss that is not finite", True
    return (recording.ending if recording is not None else ""), False


def _metrics(a: Facts, b: Facts) -> Iterator[Result]:
    one, other = (_validated(facts) for facts in (a, b))
    for name in (n for n in (*JUDGED_BY, "validation accuracy", "validation loss") if n in one and n in other):
        falls = "loss" in name
        best = np.min if falls else np.max
        yield _both(f"best {name}", "validations", [one[name], other[name]], best, falls)


def _validated(facts: Facts) -> Mapping[str, Floats]:
    """Curves of validation by name, those without a finite value left out."""
    found: dict[str, Any] = {}
    history: History | None = facts.get("history")
    recording: Recording | None = facts.get("recording")
    if history is not None:
        found = {name: values for name, values in history.metrics.items() if name in JUDGED_BY}
        found["validation loss"] = history.val_loss
    if recording is not None and not any(np.isfinite(v).any() for v in found.values()):
        known = [v for v in recording.validations if v.batches > 0]
        for name, key in (("validation accuracy", "accuracy"), ("validation loss", "loss")):
            found[name] = np.array([getattr(v, key) for v in known], dtype=np.float64)
    return {name: values[np.isfinite(values)] for name, values in found.items() if np.isfinite(values).any()}


def _losses(a: Facts, b: Facts) -> Iterator[Result]:
    """The training loss at the ends, and where the shorter run ends."""
    curves = [_trained(facts) for facts in (a, b)]
    if not all(len(steps) for steps, _ in curves):
        return
    last = min(int(steps[-1]) for steps, _ in curves)
    counts = [int((np.asarray(steps) <= last).sum()) for steps, _ in curves]
    if min(np.isfinite(values[:n]).sum() for (_, values), n in zip(curves, counts, strict=True)) >= FEW:
        yield _both("training loss", "values", [v for _, v in curves], lambda c: trend(c).end, True, counts)


def _trained(facts: Facts) -> tuple[Any, Floats]:
    recording: Recording | None = facts.get("recording")
    history: History | None = facts.get("history")
    if recording is not None and len(recording.step):
        return recording.step, recording.loss
    return (history.epoch, history.train_loss) if history is not None else (np.zeros(0), np.zeros(0))


def _both(
    name: str, what: str, curves: list[Floats], of: Callable[[Floats], Any], falls: bool, counts: Sequence[int] = ()
) -> Result:
    """What two curves came to, at their ends and where the shorter one ends: the worse is worse in both."""
    counts = counts or [min(map(len, curves))] * 2
    cut = [values[:n] for values, n in zip(curves, counts, strict=True)]
    sides = [[part[np.isfinite(part)] for part in parts] for parts in (curves, cut)]
    values = [[float(of(part)) for part in parts] for parts in sides]
    worse = [_worse(known, parts, falls) for known, parts in zip(values, sides, strict=True)]
    words = [
        f"{value:.4g}" if len(whole) == n else f"{value:.4g} ({early:.4g} after {n} {what})"
        for value, early, whole, n in zip(*values, curves, counts, strict=True)
    ]
    return Result(name, words[0], words[1], worse[0] if worse[0] == worse[1] else "")


def _worse(values: list[float], curves: list[Floats], falls: bool) -> Literal["", "A", "B"]:
    """The run with the higher value where it should fall, with the lower one where it should rise; `` of two that are near."""
    least = LOSS * max(map(abs, values)) if falls else METRIC
    # of a run that diverges the noise means nothing
    noise = min((trend(c).noise for c in curves if len(c) >= FEW), default=0.0)
    gap = (values[1] - values[0]) * (1 if falls else -1)
    return "" if not abs(gap) > max(least, NOISES * noise) else "B" if gap > 0 else "A"


def _sizes(a: Facts, b: Facts) -> Iterator[Result]:
    one, other = (facts.get("recording") for facts in (a, b))
    if one is not None and other is not None and len(one.step) and len(other.step):
        yield Result("steps", str(int(one.step[-1]) + 1), str(int(other.step[-1]) + 1))
        yield Result("seconds a step", _pace(one), _pace(other))


def _pace(recording: Recording) -> str:
    seconds = recording.seconds[recording.seconds > 0]
    return f"{np.median(seconds):.3g}" if len(seconds) else "unknown"
