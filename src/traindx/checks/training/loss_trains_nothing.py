"""T330: a part of the loss is computed and never backpropagated, and parameters get no gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import flow_of, layer_of, place_at, random_at_start
from traindx.core.recording import Recording, Source


@check("T330", level="error")
def loss_trains_nothing(recording: Recording, *, min_records: int = 2) -> Iterator[Finding | Measured]:
    """A loss function is called at every step, its value is not part of what is backpropagated, and weights are left without it.

    ## Why is this bad?
    The layers that this part of the loss should train keep the random values that they began with, while the number that is
    printed may hold it.

    ## How to fix
    Add the part to the loss as a tensor, without `.item()`, `.detach()` or `.data`. A loss that is only logged is not reported
    where every trained parameter gets a gradient.
    """
    left = [line.get("losses", []) for line in recording.lines.get("loss_left_out", ())]
    flow = flow_of(recording)
    if len(flow.step) < min_records:
        raise NotEnough("too few recorded steps to say which parameters a gradient reaches")
    random = random_at_start(recording)
    never = flow.trained & np.isnan(flow.gradients).all(axis=0) & ~flow.moved
    names = [p.name for p, yes in zip(flow.parameters, never, strict=True) if yes and p.name in random]
    yield Measured("trained parameter tensors without a gradient", len(names), "0")
    again = [one for one in left[0] if one in left[-1]] if len(left) > 1 else []
    if not names or not again or not flow.reached.any():
        return
    loss = again[0]
    source = Source(loss["path"], int(loss["line"])) if loss.get("path") else recording.sources.get("loss")
    text = f"{loss['name']} is computed and not backpropagated; {len(names)} parameter tensors never get a gradient"
    yield Finding(place_at(source, layer=layer_of(names[0]), parameter=names[0], step=0), f"{text} ({names[0]}, …)")


def _run(grads: list[float | None]) -> Recording:
    losses = [{"name": "mse_loss", "path": "train.py", "line": 18}]
    lines = [{"kind": "loss_left_out", "step": step, "losses": losses} for step in (0, 1)]
    drawn = {"call": "kaiming_uniform_", "numbers": "", "parameters": ["conv1.weight", "fc.weight", "fc.bias"]}
    first = {"kind": "initialised", "step": 0, "calls": [drawn]}
    moved = [0.0 if g is None else 0.01 for g in grads]
    return recording_with(falling(), events=[*lines, first], detail={"parameters": {"grad": grads, "update": moved}})


@loss_trains_nothing.fires_on
def the_box_loss_is_added_as_a_number() -> Facts:
    return {"recording": _run([0.1, 0.1, 0.1, 0.1, None, None])}


@loss_trains_nothing.quiet_on
def a_loss_that_is_only_logged() -> Facts:
    return {"recording": _run([0.1, 0.1, 0.1, 0.1, 0.2, 0.2])}
