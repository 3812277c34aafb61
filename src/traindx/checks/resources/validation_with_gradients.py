"""P113: validation builds graphs that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("P113", level="note")
def validation_with_gradients(recording: Recording, *, least: int = 2) -> Iterator[Finding | Measured]:
    """Forward passes in evaluation mode build a graph: validation runs without `torch.no_grad()`.

    What comes before the first step is not counted: frameworks try the model out there.

    ## Why is this bad?
    Activations of every layer are kept until the output is let go: validation needs several times the memory, and a list of its
    losses keeps them all. Weights and metrics are not changed by it.

    ## How to fix
    Validate inside of `with torch.no_grad():` (or `torch.inference_mode()`).
    """
    if not recording.details:
        raise NotEnough("no step was recorded in full")
    passes = {step: int(d.get("eval_forwards", 0)) for step, d in recording.details.items() if step > 0}
    yield Measured("forward passes in evaluation mode with gradients", sum(passes.values()), "0")
    if sum(passes.values()) >= least:
        step = next(step for step, count in passes.items() if count)
        source = recording.sources.get("eval")
        place = Place(source.path, source.line, step=step) if source else Place(step=step)
        yield Finding(
            place, f"{sum(passes.values())} forward passes in evaluation mode built a graph, first before step {step}"
        )


@validation_with_gradients.fires_on
def a_validation_without_no_grad() -> Facts:
    return {"recording": recording_with(falling(), eval_forwards=4)}


@validation_with_gradients.quiet_on
def a_validation_without_gradients() -> Facts:
    return {"recording": recording_with(falling())}
