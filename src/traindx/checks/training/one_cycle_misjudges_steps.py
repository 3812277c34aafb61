"""T360: OneCycleLR was built for another number of steps than the run takes."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording
from traindx.core.stepping import Stepping, steppings
from traindx.core.stepping_example import BASE, scheduled_run


@check("T360", level="error")
def one_cycle_misjudges_steps(recording: Recording, *, close: float = 0.02) -> Iterator[Finding | Measured]:
    """OneCycleLR counts other steps than the run takes: it counts samples, or it ran out and raised.

    ## Why is this bad?
    Planned too long, the cycle ends in its warm-up or at its peak and never anneals. Planned too short, it raises
    `ValueError: Tried to step ... times` in the middle of the training.

    ## How to fix
    `OneCycleLR(optimizer, max_lr, epochs=epochs, steps_per_epoch=len(loader))`, with the loader and not the dataset,
    divided by the batches that are accumulated, and `scheduler.step()` once for each `optimizer.step()`.

    Too long is reported where the plan is, within `close`, the run's steps times its samples a batch.
    """
    found = [s for s in steppings(recording) if s.scheduler.kind == "OneCycleLR" and s.scheduler.length]
    if not found:
        raise NotEnough("no OneCycleLR")
    raised = [str(e.data.get("message", "")) for e in recording.of("exception")]
    out = any(text.startswith("Tried to step") for text in raised)
    for stepping in found:
        length = stepping.scheduler.length or 1
        yield Measured("calls over total_steps", stepping.calls / length, "1 at the end of the run")
        if out:
            text = f"OneCycleLR was built for {length} steps and has no rate for the next: {raised[0]}"
            yield Finding(stepping.place, text[:300])
        elif stepping.unit == "step" and stepping.finished and _counts_samples(recording, stepping, close):
            text = (
                f"OneCycleLR was built for {length} steps and is stepped {stepping}: it counts samples, not batches; "
            )
            yield Finding(stepping.place, text + f"the run ends in its first {stepping.calls / length:.0%}")


def _counts_samples(recording: Recording, stepping: Stepping, close: float) -> bool:
    """Whether the plan is as long as epochs times the samples of the training loader."""
    amounts = {p.loader: p.batches for p in loaders_of(recording).training}
    sizes = [x.facts for x in loaders_of(recording).loaders if amounts.get(x.number, 0) > 1]
    lengths = [int(f["length"]) for f in sizes if f.get("length") and (f.get("batch_size") or 0) >= 4]
    planned = stepping.scheduler.length or 0
    return stepping.epochs > 0 and any(abs(planned - n * stepping.epochs) <= close * planned for n in lengths)


def _run(length: int) -> Recording:
    loader = {"kind": "loader", "loader": 0, "length": 1280, "batch_size": 64}
    return scheduled_run("OneCycleLR", [BASE / 25] * 161, by="step", length=length, lines=[loader])


@one_cycle_misjudges_steps.fires_on
def samples_instead_of_batches() -> Facts:
    return {"recording": _run(8 * 1280)}


@one_cycle_misjudges_steps.fires_on
def too_short() -> Facts:
    message = "Tried to step 101 times. The specified number of total steps is 100"
    event = {"kind": "event", "event": "exception", "step": 100, "type": "ValueError", "message": message}
    return {"recording": scheduled_run("OneCycleLR", [BASE] * 101, by="step", lines=[event])}


@one_cycle_misjudges_steps.quiet_on
def as_many_steps_as_batches() -> Facts:
    return {"recording": _run(160)}


@one_cycle_misjudges_steps.quiet_on
def cut_short_to_be_tried_out() -> Facts:
    return {"recording": _run(4000)}
