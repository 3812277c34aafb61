"""Gradients are never cleared: each step follows the sum of all gradients so far.

## How it shows
Gradients are already there when the backward pass begins, and their norm grows from step to step. The loss falls at
first, then rises or oscillates; with small rates it may only learn worse than it could.

## How to tell it from its look-alikes
Gradient accumulation clears once for each optimizer step; here there is no clearing between two optimizer steps.
A rate that is too high destroys the run from the first step and starts each backward pass with clean gradients.

## How to fix
Call `optimizer.zero_grad()` before `loss.backward()`, once for each `optimizer.step()`.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import skip_zero_grad, zero_grad_after_step

MISSING_ZERO_GRAD = Cause(
    slug="missing-zero-grad",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("T301", if_seen=8.0, if_absent=-6.0, proves=True, from_start=True),
        Clue("T102", if_seen=0.5),
        Clue("T101", if_seen=0.5),
        Clue("T103", if_seen=0.3),
        Clue("T201", if_seen=0.3),
        Clue("T203", if_seen=0.3),
        Clue("T205", if_seen=0.3),
        Clue("T104", if_seen=0.3),
    ),
    fix=Fix(
        "Clear the gradients once for each optimizer step, before the backward pass.",
        {"pytorch": "optimizer.zero_grad()\nloss.backward()\noptimizer.step()"},
    ),
    proof="observed",
    undo=zero_grad_after_step(),
    induce=skip_zero_grad(),
)
