"""T328: of several backward passes before a step all but the last are cleared again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import place_at
from traindx.core.recording import Recording


@check("T328", level="error")
def backward_passes_thrown_away(recording: Recording, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """Each batch is cleared, passed forward and backward, and the optimizer steps once in many batches: only the last counts.

    ## Why is this bad?
    The gradients of all other batches are computed for nothing. Most often `optimizer.step()` stands outside of the loop over
    the batches, by its indentation or under a condition.

    ## How to fix
    Step after each backward pass. To accumulate gradients over batches, clear them after the step alone.

    Reported where a loader drew a batch for each of these passes and one optimizer trains: attacks on the input and
    sharpness-aware steps go backward several times over one batch.
    """
    if len(recording.optimizers) != 1 or not len(recording.step):
        return
    thrown, passes = [], []
    for i, calls in enumerate(recording.calls):
        before, _, _ = calls.rpartition("z")
        lost = before.count("b") if "b" in calls[len(before) :] else 0
        drawn = int(recording.lines["step"][i].get("drawn", 1)) if i < len(recording.lines.get("step", ())) else 1
        thrown.append(lost if drawn > lost else 0)
        passes.append(calls.count("b"))
    yield Measured("backward passes that were cleared before a step", sum(thrown), f"0 of {sum(passes)}")
    often = float(np.mean([t > 0 for t in thrown]))
    if often < share or sum(thrown) < share * sum(passes):
        return
    source = recording.sources.get("step")
    text = f"{sum(thrown)} of {sum(passes)} backward passes are cleared before the optimizer steps at {source}"
    place = place_at(source, step=0)
    yield Finding(
        place,
        f"{text}: {len(thrown)} steps for {sum(passes)} batches, zero_grad at {recording.sources.get('zero_grad')}",
    )


@backward_passes_thrown_away.fires_on
def a_step_outside_of_the_loop() -> Facts:
    return {"recording": recording_with(falling(), calls="zfb" * 8 + "s", drawn=8)}


@backward_passes_thrown_away.quiet_on
def accumulation() -> Facts:
    return {"recording": recording_with(falling(), calls="fb" * 8 + "sz", drawn=8)}


@backward_passes_thrown_away.quiet_on
def an_attack_on_the_input_before_each_step() -> Facts:
    return {"recording": recording_with(falling(), calls="zfb" * 8 + "s")}
