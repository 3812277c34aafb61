"""T358: the scheduler is stepped before the optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.stepping import steppings
from traindx.core.stepping_example import cosine, scheduled_run


@check("T358", level="warning")
def scheduler_before_optimizer(recording: Recording) -> Iterator[Finding | Measured]:
    """The scheduler's first step comes before the optimizer's first step.

    ## Why is this bad?
    The first rate of the schedule is never used, and all others come one call early: a drop after an epoch comes before it.
    PyTorch warns of it since version 1.1.

    ## How to fix
    Call `optimizer.step()` first, `scheduler.step()` after it: at the end of the loop's body, not at its head.

    Left alone are several calls before the first step (a resumed run that brings its schedule forward), schedulers that are
    told the epoch, runs with a loss scale, which leaves out first steps, and schedules that are stepped after each of the batches
    whose gradients are gathered for one step.
    """
    found = [s for s in steppings(recording) if s.scheduler.module.startswith("torch.") and s.scheduler.callers]
    if not found or recording.step[0] != 0:
        raise NotEnough("no scheduler of torch that was stepped, or no first step")
    first = recording.calls[0].partition("s")[0]
    yield Measured("scheduler steps before the first optimizer step", first.count("l"), "0")
    scaled = recording.of("step_skipped") or recording.lines.get("scaler")
    own = [s for s in found if 0 in s.scheduler.called_at]
    if first.count("l") != 1 or scaled or len(own) != 1 or own[0].scheduler.kind == "ReduceLROnPlateau":
        return
    before, _, after = first.partition("l")
    if "b" in before and "b" in after:  # a schedule by batches, of which several make a step
        return
    between = sum("bls" in calls for calls in recording.calls)
    text = f"{own[0].scheduler.kind}.step is called before the first optimizer.step: its first rate is never used"
    yield Finding(own[0].place, text + (f"; so at {between} of {len(recording.calls)} steps" if between > 1 else ""))


@scheduler_before_optimizer.fires_on
def at_the_head_of_the_epoch() -> Facts:
    run = scheduled_run("CosineAnnealingLR", cosine(160), by="step")
    line = {"kind": "scheduler_call", "scheduler": 0, "step": 0, "call": 1, "path": "train.py", "line": 20}
    return {"recording": replace(run, calls=("lzfbs", *run.calls[1:]), lines={**run.lines, "scheduler_call": (line,)})}


@scheduler_before_optimizer.quiet_on
def after_the_optimizer() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(160), by="step")}


@scheduler_before_optimizer.quiet_on
def after_each_of_the_batches_of_a_step() -> Facts:
    run = scheduled_run("CosineAnnealingLR", cosine(160), by="step")
    line = {"kind": "scheduler_call", "scheduler": 0, "step": 0, "call": 1, "path": "train.py", "line": 20}
    return {"recording": replace(run, calls=("fblfbs", *run.calls[1:]), lines={**run.lines, "scheduler_call": (line,)})}
