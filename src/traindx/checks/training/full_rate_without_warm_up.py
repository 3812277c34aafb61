"""T368: a network of attention blocks starts at its full rate, and breaks in its first steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Layer, Recording
from traindx.core.trend import FAR_BELOW_CHANCE, over_chance, trend


@check("T368", level="warning")
def full_rate_without_warm_up(
    recording: Recording, *, ratio: float = 0.1, times: float = 3.0, min_steps: int = 40
) -> Iterator[Finding | Measured]:
    """The rate is at its highest from the first step on, and the first updates are far larger than all later ones.

    ## Why is this bad?
    In the first steps the averages of Adam are those of a few batches and the gradients are largest: a full step then throws
    the layers into a region from which they do not come back. Attention blocks with layer normalisation suffer most.

    ## How to fix
    Raise the rate from near zero over the first few hundred steps (a twentieth of the run), or lower it.

    Reported where the network has layer normalisation and no batch normalisation, an update of the first ten steps is over
    `ratio` of the weights' norm and `times` the median of the later ones, and the loss is still near that of guessing
    (guesses).
    """
    kinds = [layer.kind for layer in recording.layers]
    attentive = any("LayerNorm" in k or "RMSNorm" in k for k in kinds) and not any("BatchNorm" in k for k in kinds)
    known = np.isfinite(recording.update_ratio) & np.isfinite(recording.lr)
    step, taken, rates = recording.step[known], recording.update_ratio[known], recording.lr[known]
    if not np.isfinite(recording.loss).any():
        raise NotEnough("no loss was seen")
    if len(taken) < 12 or len(recording.optimizers) != 1 or recording.step[-1] < min_steps:
        raise NotEnough(f"needs {min_steps} steps of one optimizer")
    early, later = float(np.max(taken[step < 10], initial=0.0)), float(np.median(taken[step >= 10]))
    full = float(rates[0]) >= 0.9 * float(np.max(rates)) > 0
    yield Measured("largest update of the first ten steps over the weights' norm", early, f"under {ratio:g}")
    yield Measured("the same over the median of the later ones", early / max(later, 1e-12), f"under {times:g}")
    reached, seen = over_chance(recording), trend(recording.loss)
    poor = not seen.finite or (seen.drop < 0.3 if reached is None else reached > FAR_BELOW_CHANCE)
    if attentive and full and early >= ratio and early >= times * later and poor:
        text = f"{optimizer_words(recording)} starts at its full rate: a step of the first ten changes the weights by {early:.2g}"
        text += f" of their norm, later ones by {later:.2g}; the loss ends at {seen.end:.4g}"
        curve = Curve(
            "update-to-weight ratio", (Line("ratio", tuple(map(float, step)), tuple(map(float, taken))),), log_y=True
        )
        yield Finding(optimizer_place(recording, 0), text, (curve,))


def _run(loss: list[float], rates: list[float] | float, kind: str = "LayerNorm") -> Recording:
    updates = [0.3, 0.25, 0.2, *[0.02] * (len(loss) - 3)]
    run = recording_with(loss, lr=rates, update_ratio=updates)
    return replace(run, layers=(*run.layers, Layer("norm", kind)))


@full_rate_without_warm_up.fires_on
def broken_in_its_first_steps() -> Facts:
    return {"recording": _run(flat(), 0.01)}


@full_rate_without_warm_up.quiet_on
def broken_under_a_warm_up() -> Facts:
    return {"recording": _run(flat(), [0.01 * min(1.0, (i + 1) / 30) for i in range(60)])}


@full_rate_without_warm_up.quiet_on
def large_first_steps_that_do_no_harm() -> Facts:
    return {"recording": _run(falling(), 0.01)}


@full_rate_without_warm_up.quiet_on
def a_network_with_batch_normalisation() -> Facts:
    return {"recording": _run(flat(), 0.01, kind="BatchNorm2d")}
