"""T327: clipping leaves almost nothing of every gradient, and the weights hardly move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.gradient_flow import place_at
from traindx.core.recording import Floats, Recording
from traindx.core.trend import FAR_BELOW_CHANCE, over_chance, trend

PLAIN = ("SGD", "ASGD", "Rprop")
"""Optimizers whose steps are as large as the gradient; adaptive ones undo a factor that is the same at every step."""

USUAL, SLOW = 1.0, 0.002
"""A limit that trainings that learn clip at (Ultralytics 10, transformers 1), and a rate over 1 - momentum at which plain steps
are tiny whatever is clipped (a guess)."""

SHORT = 0.1
"""Under a usual limit updates must be shorter than `ratio` by this: Ultralytics clips each gradient of a network that begins from
nothing (560 to 10), and it learns by steps of 0.0007 of its weights."""


@check("T327", level="error")
def clip_leaves_little(
    recording: Recording, *, kept: float = 0.1, ratio: float = 1e-3, drop: float = 0.5, share: float = 0.9
) -> Iterator[Finding | Measured]:
    """At nearly every step a clip cuts the gradient to a small share of itself, and the steps that are left are tiny.

    ## Why is this bad?
    The limit, not the learning rate, sets the length of every step. What is left is too short to get anywhere.

    ## How to fix
    Set the limit near the usual norm of the gradients, which the finding names, so that only outliers are cut.

    A clip that is always active is common where it does no harm (transformers at 1, DETR at 0.1 with AdamW): it is reported
    only where the updates stay under `ratio` of the weights (90th percentile; 0.003 and more in the benchmark's 92 healthy
    runs, `python bench/ratios.py`) and the loss has fallen by less than `drop`, with an optimizer whose steps follow the
    size of the gradient. A usual limit (1 and more) is blamed for far shorter steps alone, and not under a rate that is far
    too low for such an optimizer: then the rate is what makes the steps tiny (T202). The other thresholds are a guess.
    """
    left, seen = _left(recording), np.isfinite(recording.grad_norm)
    if not np.isfinite(left).any():
        return
    if np.isfinite(left).sum() < 5:
        raise NotEnough("too few recorded steps to say how much a clip leaves")
    middle = float(np.nanmedian(left))
    yield Measured("share of the gradient that reaches the step (median)", middle, f"over {kept:g}")
    with np.errstate(invalid="ignore"):
        cut = float((left < 0.5).sum() / np.isfinite(left).sum())
    taken = recording.update_ratio[np.isfinite(recording.update_ratio)]
    high = float(np.quantile(taken, 0.9)) if len(taken) else 1.0
    if middle > kept or cut < share or high > ratio or not _follows_the_gradient(recording):
        return
    reached = over_chance(recording)
    if trend(recording.loss).drop > drop or (reached is not None and reached < FAR_BELOW_CHANCE):
        return
    norm = float(np.nanmedian(recording.grad_norm[seen]))
    clip: Mapping[str, Any] = next((d["clip"] for d in recording.details.values() if d.get("clip")), {})
    if clip.get("max_norm", 0.0) >= USUAL and (_pace(recording) < SLOW or high > ratio * SHORT):
        return
    limit = next(
        (f"{name} {clip[name]:g}" for name in ("max_norm", "max_value") if name in clip), "the code's own clip"
    )
    x, y = tuple(map(float, recording.step[np.isfinite(left)])), tuple(map(float, left[np.isfinite(left)]))
    curve = Curve("share of the gradient that is left", (Line("left", x, y),), onset=0, log_y=True)
    text = f"{limit} leaves {middle:.2g} of the gradient ({norm / middle:.3g} becomes {norm:.3g}) at {cut:.0%} of the steps"
    source = recording.sources.get("clip") or recording.sources.get("step")
    place = place_at(source, step=0, setting="max_norm" if "max_norm" in clip else None)
    yield Finding(place, f"{text}; updates are {high:.2g} of the weights", (curve,))


def _left(recording: Recording) -> Floats:
    """The gradients' norm at the step over that after backward, the loss scale taken out; nan where nothing was clipped by a
    function of torch's and the two are equal, and where gradients were clipped while they were scaled."""
    found = np.full(len(recording.step), np.nan)
    for i, step in enumerate(recording.step):
        d = recording.details.get(int(step), {})
        before, clip = d.get("grad_backward"), d.get("clip", {})
        scaler = d.get("scaler", {})
        if not before or clip.get("scaled") or scaler.get("bypassed") or not np.isfinite(recording.grad_norm[i]):
            continue
        if scaler and not scaler.get("scale"):
            continue
        left = recording.grad_norm[i] * float(scaler.get("scale") or 1.0) / float(before)
        found[i] = left if (clip or left < 0.5) and left > 0 else np.nan
    return found


def _pace(recording: Recording) -> float:
    """The highest rate over one minus the momentum: how far a lasting gradient moves the weights in a step."""
    groups = [g for o in recording.optimizers for g in o.groups]
    momentum = min(max((float(g.get("momentum") or 0.0) for g in groups), default=0.0), 0.999)
    rates = recording.lr[np.isfinite(recording.lr)]
    return float(rates.max()) / (1 - momentum) if len(rates) else 1.0


def _follows_the_gradient(recording: Recording) -> bool:
    """Whether the optimizers' steps are as large as the gradient; adaptive ones too, where it falls under their epsilon."""
    if all(o.kind in PLAIN for o in recording.optimizers):
        return True
    count = sum(int(np.prod(p.shape)) for p in recording.parameters if p.optimizer is not None)
    each = float(np.nanmedian(recording.grad_norm)) / max(count, 1) ** 0.5
    eps = [float(g["eps"]) for o in recording.optimizers for g in o.groups if isinstance(g.get("eps"), float)]
    return bool(eps) and each < min(eps)


@clip_leaves_little.fires_on
def a_limit_a_thousand_times_too_small() -> Facts:
    clip = {"max_norm": 0.001, "norm": 1.2, "cut": 60, "of": 60}
    run = recording_with(flat(), calls="zfbcs", update_ratio=1e-5, clip=clip, grad_backward=1000.0)
    return {"recording": run}


@clip_leaves_little.quiet_on
def always_clipped_and_learning() -> Facts:
    clip = {"max_norm": 1.0, "norm": 50.0, "cut": 60, "of": 60}
    return {"recording": recording_with(falling(), calls="zfbcs", clip=clip, grad_backward=50.0)}


@clip_leaves_little.quiet_on
def nothing_is_clipped() -> Facts:
    return {"recording": recording_with(flat(), update_ratio=1e-5, grad_backward=1.0)}


@clip_leaves_little.quiet_on
def a_usual_limit_under_a_rate_of_a_millionth() -> Facts:
    clip = {"max_norm": 10.0, "scaled": False}
    run = recording_with(flat(), calls="zfbcs", clip=clip, grad_backward=1400.0, update_ratio=3e-6)
    return {"recording": replace(run, lr=np.full(len(run.step), 1e-6))}


@clip_leaves_little.quiet_on
def every_gradient_of_a_new_detector_clipped_at_ten() -> Facts:
    clip = {"max_norm": 10.0, "norm": 560.0, "cut": 60, "of": 60}
    run = recording_with(
        falling(start=16.0, end=11.0), calls="zfbcs", clip=clip, grad_backward=560.0, update_ratio=7e-4
    )
    return {"recording": run}
