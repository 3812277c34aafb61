"""T366: weight decay acts on the scales of normalisation layers for so long that it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.rate_words import optimizer_line, optimizer_place
from traindx.core.recording import Recording


@check("T366", level="note")
def decay_on_norms(recording: Recording, *, pulled: float = 0.5) -> Iterator[Finding | Measured]:
    """Weight decay applies to normalisation layers and biases, and over the run it has pulled on them noticeably.

    ## Why is this bad?
    Scales of normalisation layers that are drawn to zero dampen what the layers before have learned; most recipes leave them
    and the biases out. It costs little in short runs, and some accuracy in long ones.

    ## How to fix
    Two groups: `weight_decay` for parameters with two dimensions or more, 0 for the others.

    Reported where decay alone would have taken a scale to exp(-`pulled`) of itself (a guess): the sum of the rates times
    the decay.
    """
    lines = recording.lines.get("parameters", ())
    by_kind = {kind: _highest(lines[-1].get("decay", {}).get(kind, {})) for kind in ("norm", "bias")} if lines else {}
    if not by_kind or len(recording.optimizers) != 1:
        raise NotEnough("needs the weight decay of one optimizer's parameters")
    first = (optimizer_line(recording).get("groups") or [{}])[0]
    rates = recording.lr[np.isfinite(recording.lr)]
    steps = float(recording.step[-1]) + 1 if len(recording.step) else 0.0
    momentum = min(float(first.get("momentum") or 0.0), 0.999)
    amount = by_kind["norm"] * (float(np.mean(rates)) if len(rates) else 0.0) * steps / (1 - momentum)
    yield Measured("sum of rate times decay on normalisation layers", amount, f"under {pulled:g}")
    if amount >= pulled:
        text = f"normalisation layers have weight decay {by_kind['norm']:g} (biases {by_kind['bias']:g}): in {steps:.0f} steps"
        yield Finding(optimizer_place(recording), text + f" it alone takes a scale to {np.exp(-amount):.2g} of itself")


def _highest(counts: Mapping[str, Any]) -> float:
    return max((float(decay) for decay in counts), default=0.0)


def _run(decay: float) -> Recording:
    line = {"kind": "parameters", "decay": {"norm": {f"{decay:g}": 4}, "weight": {f"{decay:g}": 4}, "bias": {"0": 4}}}
    return recording_with(falling(), events=[line])


@decay_on_norms.fires_on
def a_decay_that_counts() -> Facts:
    return {"recording": _run(0.1)}


@decay_on_norms.quiet_on
def a_usual_decay_of_a_short_run() -> Facts:
    return {"recording": _run(1e-4)}


@decay_on_norms.quiet_on
def norms_left_out() -> Facts:
    return {"recording": _run(0.0)}
