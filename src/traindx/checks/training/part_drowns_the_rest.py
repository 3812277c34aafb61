"""T441: one part of the loss is weighted so that nothing of the others is left in the sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import LossCalls, loss_calls_of
from traindx.core.loss_terms import LossTerm, loss_terms_of
from traindx.core.recording import Recording

REST = 50.0
"""How many times as heavy as the lightest part the heaviest is, for one to be beside the other (a guess)."""


@check("T441", level="warning", preview=True)
def part_drowns_the_rest(
    recording: Recording, *, share: float = 0.95, times: float = 200.0, fewest: int = 6
) -> Iterator[Finding | Measured]:
    """One part makes nearly the whole loss from the first step to the last, by its weight or as a sum that is not divided.

    ## Why is this bad?
    The layers that all parts share follow that part alone: boxes are found and their classes are not, or the reverse. The loss
    falls all the same, and its curve shows that one part only.

    ## How to fix
    Divide sums by what they run over, measure boxes in shares or strides rather than pixels, and weigh parts so that each
    begins within a few tens of the others.

    Named where parts whose weight times the numbers that they sum is `times` or more make `share` of the loss in the first
    third of the run and in the last, beside a part that is far lighter. Pix2pix weighs its distance by 100 (and keeps 98
    %). A part that is weighed down (0.003) is no fault of the others. Both are guesses.
    """
    weights = {_site(term): _weight(term) for term in loss_terms_of(recording)}
    calls = [found for found in loss_calls_of(recording) if weights.get(_site(found))]
    if sum(weight > 0 for weight in weights.values()) < 2 or not calls:
        raise NotEnough("a loss of several parts was not seen")
    over = {id(found): weights[_site(found)] * _summed(found) for found in calls}
    loud = [found for found in calls if over[id(found)] >= times]
    sites = {_site(found) for found in calls}
    beside = [weight for site, weight in weights.items() if weight and site not in sites]
    quiet = min([*over.values(), *beside]) <= max(over.values()) / REST
    parts = _shares(recording, [(found, weights[_site(found)]) for found in loud])
    third = max(1, len(parts) // 3)
    least = min(np.median(parts[:third]), np.median(parts[-third:])) if len(parts) >= fewest else 0.0
    yield Measured("share of the loss that parts with a large weight make", float(least), f"under {share:g}")
    if quiet and share <= least <= 1.01:
        names = " and ".join(dict.fromkeys(f"{f.shown} ({f.path}:{f.line})" for f in loud))
        most = max(loud, key=lambda found: over[id(found)])
        summed = f"sums {_summed(most):,} numbers" if _summed(most) > 1 else f"has a weight of {over[id(most)]:.4g}"
        text = f"{names} makes {100 * least:.4g}% of the loss or more, from the first steps to the last: it {summed}, and what is"
        yield Finding(most.place, f"{text} beside it hardly counts")


def _site(found: LossCalls | LossTerm) -> tuple[str, str | None, int | None]:
    if isinstance(found, LossCalls):
        return found.name, found.path, found.line
    return found.of, found.seen[0].get("path"), found.seen[0].get("line")


def _weight(term: LossTerm) -> float:
    """By what the sum grows where the term does, over the steps in which it was seen; the largest where it varies."""
    return float(np.median([abs(float(seen.get("high") or 0.0)) for seen in term.seen]))


def _summed(found: LossCalls) -> int:
    """How many numbers the part sums; 1 of a mean."""
    if found.first.get("reduction") != "sum":
        return 1
    return max(int(np.median([prod(call.get("target_shape", (1,))) for call in found.calls])), 1)


def _shares(recording: Recording, parts: Sequence[tuple[LossCalls, float]]) -> list[float]:
    """By step, what these parts make of the loss together."""
    made: dict[int, float] = {}
    for found, weight in parts:
        for step, value in zip(found.steps, found.column("value"), strict=True):
            made[step] = made.get(step, 0.0) + weight * float(value)
    losses = {step: float(recording.details[step].get("loss") or np.nan) for step in made}
    shares = (made[step] / losses[step] for step in sorted(made))
    return [share for share in shares if np.isfinite(share)]


def _run(part: float, weight: float, reduction: str = "mean") -> Facts:
    """A regression that makes `part` of the loss, beside a cross entropy."""
    run = recording_with(falling(), detail={})
    terms = [{"what": "error", "of": "mse_loss", "path": "train.py", "line": 9, "low": weight, "high": weight}]
    terms += [{"what": "error", "of": "cross_entropy", "path": "train.py", "line": 8, "low": 1.0, "high": 1.0}]
    for detail in run.details.values():
        call = {"name": "mse_loss", "path": "train.py", "line": 9, "reduction": reduction, "target_shape": [150, 4]}
        detail |= {"loss_terms": terms, "loss_call": {**call, "value": part * detail["loss"] / weight}}  # type: ignore[operator]
    return {"recording": run}


@part_drowns_the_rest.fires_on
def boxes_times_a_thousand() -> Facts:
    return _run(0.997, 1000.0)


@part_drowns_the_rest.fires_on
def squared_pixels_summed_beside_a_mean() -> Facts:
    return _run(0.999, 1.0, "sum")


@part_drowns_the_rest.quiet_on
def a_weight_that_balances_small_numbers() -> Facts:
    return _run(0.6, 1000.0)


@part_drowns_the_rest.quiet_on
def a_distance_times_a_hundred_beside_an_opponent() -> Facts:
    return _run(0.98, 100.0)


@part_drowns_the_rest.quiet_on
def a_mean_beside_a_part_that_is_weighed_down() -> Facts:
    return _run(0.999, 1.0)
