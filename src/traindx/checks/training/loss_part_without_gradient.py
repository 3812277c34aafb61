"""T426: a part of the loss has no gradient, and the layers that it is made of never learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import flow_of, layer_of, place_at, random_at_start
from traindx.core.received import Received, received
from traindx.core.recording import Recording

EXTRA = 2
"""Steps beyond the number of parts from which a sum of parts that gives every loss is no chance."""
EXACT = 1e-3
"""Share of the largest loss up to which a sum of the parts is the loss."""
COUNTS = 0.005
"""Share of the loss from which on a part counts in it. A guess, five times what rounding can bring."""


@check("T426", level="error", preview=True)
def loss_part_without_gradient(recording: Recording, *, min_records: int = 3) -> Iterator[Finding | Measured]:
    """In every step one of several losses requires no gradient, and layers that the optimizer holds never get one.

    ## Why is this bad?
    The part counts in the sum and teaches nothing: its predictions were detached, turned into numbers, or made under `no_grad`.
    What it should train keeps the random values that it began with, while the other parts make the loss fall.

    ## How to fix
    Give the part the predictions as the network returned them; `.detach()` belongs to what a target is made of.

    Quiet where each layer gets a gradient from some part, and where the loss is no sum in which the part counts: a number that is
    only shown (the error of the classes) needs none. The sum is sought by least squares, over more steps than there are parts.
    """
    seen = [r for r in received(recording) if len(r.loss_parts) > 1]
    flow = flow_of(recording)
    if len(seen) < min_records or len(flow.step) < min_records:
        raise NotEnough("no loss of several parts was seen")
    shown = sorted(set.intersection(*(set(r.parts_without_gradient) & set(r.loss_parts) for r in seen)))
    without = _summed(recording, seen, shown)
    learning = [name for name in seen[0].loss_parts if name not in shown]
    random = random_at_start(recording)
    never = flow.trained & np.isnan(flow.gradients).all(axis=0) & ~flow.moved
    off = [p.name for p, yes in zip(flow.parameters, never, strict=True) if yes and p.name in random]
    yield Measured("parts of the loss that count in it and have no gradient", len(without), "0")
    yield Measured("random parameter tensors that never get a gradient", len(off), "0")
    if without and learning and off and flow.reached.any():
        text = f"the part {without[0]!r} of the loss has no gradient in any of {len(seen)} recorded steps,"
        more = f"and {len(off)} parameter tensors ({off[0]}, …) that the optimizer holds never get one"
        backward = recording.sources.get("backward")
        place = place_at(backward, layer=layer_of(off[0]), parameter=off[0], step=0)
        yield Finding(place, f"{text} {more}")


def _summed(recording: Recording, seen: Sequence[Received], shown: Sequence[str]) -> list[str]:
    """Which of these parts count in the loss: those that have a weight in the sum of parts that gives it."""
    names = [name for name in seen[0].loss_parts if all(name in r.loss_parts for r in seen)]
    loss = dict(zip(recording.step.tolist(), recording.loss.tolist(), strict=True))
    rows = [r for r in seen if np.isfinite([loss.get(r.step, np.nan), *(r.loss_parts[name] for name in names)]).all()]
    parts = np.array([[r.loss_parts[name] for name in names] for r in rows])
    total = np.array([loss[r.step] for r in rows])
    if len(rows) < len(names) + EXTRA:
        return []
    weights, _, rank, _ = np.linalg.lstsq(parts, total, rcond=1e-6)
    exact = np.abs(parts @ weights - total).max() <= EXACT * np.abs(total).max()
    if not exact or rank < len(names):
        return []
    counts = dict(zip(names, np.abs(weights) * np.abs(parts).mean(axis=0) > COUNTS * np.abs(total).mean(), strict=True))
    return [name for name in shown if counts.get(name)]


def _run(without: Sequence[str], grads: Sequence[float | None], *, shown: bool = False) -> Facts:
    """Two parts, and those `without` a gradient; `shown`: the second is shown and does not count in the loss."""
    names = [f"{layer}.{kind}" for layer in ("conv1", "conv2", "fc") for kind in ("weight", "bias")]
    lines = [
        {"kind": "initialised", "step": 0, "calls": [{"call": "kaiming_uniform_", "numbers": "", "parameters": names}]}
    ]
    detail = {
        "loss_parts": {"from": "dict", "values": {"cls": 1.0, "box": 0.9}, "no_grad": list(without)},
        "parameters": {"grad": list(grads), "update": [0.0 if g is None else 0.01 for g in grads]},
    }
    recording = recording_with(falling(), events=lines, detail=detail)
    details: dict[int, Mapping[str, Any]] = {}
    for n, (step, own) in enumerate(recording.details.items()):
        loss, box = float(recording.loss[n]), 0.2 + 0.1 * (n % 3)
        values = {"cls": loss if shown else loss - 0.5 * box, "box": box}
        details[step] = {**own, "loss_parts": {**own["loss_parts"], "values": values}}
    return {"recording": replace(recording, details=details)}


@loss_part_without_gradient.fires_on
def boxes_that_were_detached() -> Facts:
    return _run(["box"], [0.2, 0.1, 0.2, 0.1, None, None])


@loss_part_without_gradient.quiet_on
def a_number_that_is_only_shown() -> Facts:
    return _run(["box"], [0.2, 0.1, 0.2, 0.1, 0.3, 0.2])


@loss_part_without_gradient.quiet_on
def a_head_that_is_not_used() -> Facts:
    return _run([], [0.2, 0.1, 0.2, 0.1, None, None])


@loss_part_without_gradient.quiet_on
def a_number_beside_the_loss_and_a_layer_that_is_not_used() -> Facts:
    return _run(["box"], [0.2, 0.1, 0.2, 0.1, None, None], shown=True)
