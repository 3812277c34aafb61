"""T426: a part of the loss has no gradient, and the layers that it is made of never learn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import flow_of, layer_of, place_at, random_at_start
from traindx.core.received import received
from traindx.core.recording import Recording


@check("T426", level="error", preview=True)
def loss_part_without_gradient(recording: Recording, *, min_records: int = 3) -> Iterator[Finding | Measured]:
    """In every step one of several losses requires no gradient, and layers that the optimizer holds never get one.

    ## Why is this bad?
    The part counts in the sum and teaches nothing: its predictions were detached, turned into numbers, or made under `no_grad`.
    What it should train keeps the random values that it began with, while the other parts make the loss fall.

    ## How to fix
    Give the part the predictions as the network returned them; `.detach()` belongs to what a target is made of.

    Quiet where each layer gets a gradient from some part: a number that is only shown (the error of the classes) needs none.
    """
    seen = [r for r in received(recording) if len(r.loss_parts) > 1]
    flow = flow_of(recording)
    if len(seen) < min_records or len(flow.step) < min_records:
        raise NotEnough("no loss of several parts was seen")
    without = sorted(set.intersection(*(set(r.parts_without_gradient) & set(r.loss_parts) for r in seen)))
    learning = [name for name in seen[0].loss_parts if name not in without]
    random = random_at_start(recording)
    never = flow.trained & np.isnan(flow.gradients).all(axis=0) & ~flow.moved
    off = [p.name for p, yes in zip(flow.parameters, never, strict=True) if yes and p.name in random]
    yield Measured("parts of the loss without a gradient", len(without), "0")
    yield Measured("random parameter tensors that never get a gradient", len(off), "0")
    if without and learning and off and flow.reached.any():
        text = f"the part {without[0]!r} of the loss has no gradient in any of {len(seen)} recorded steps,"
        more = f"and {len(off)} parameter tensors ({off[0]}, …) that the optimizer holds never get one"
        backward = recording.sources.get("backward")
        place = place_at(backward, layer=layer_of(off[0]), parameter=off[0], step=0)
        yield Finding(place, f"{text} {more}")


def _run(without: Sequence[str], grads: Sequence[float | None]) -> Facts:
    names = [f"{layer}.{kind}" for layer in ("conv1", "conv2", "fc") for kind in ("weight", "bias")]
    lines = [
        {"kind": "initialised", "step": 0, "calls": [{"call": "kaiming_uniform_", "numbers": "", "parameters": names}]}
    ]
    detail = {
        "loss_parts": {"from": "dict", "values": {"cls": 1.0, "box": 0.9}, "no_grad": list(without)},
        "parameters": {"grad": list(grads), "update": [0.0 if g is None else 0.01 for g in grads]},
    }
    return {"recording": recording_with(falling(), events=lines, detail=detail)}


@loss_part_without_gradient.fires_on
def boxes_that_were_detached() -> Facts:
    return _run(["box"], [0.2, 0.1, 0.2, 0.1, None, None])


@loss_part_without_gradient.quiet_on
def a_number_that_is_only_shown() -> Facts:
    return _run(["box"], [0.2, 0.1, 0.2, 0.1, 0.3, 0.2])


@loss_part_without_gradient.quiet_on
def a_head_that_is_not_used() -> Facts:
    return _run([], [0.2, 0.1, 0.2, 0.1, None, None])
