"""T351: a scheduler steers an optimizer that never steps."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.stepping import steppings
from traindx.core.stepping_example import cosine, scheduled_run, staircase


@check("T351", level="error")
def scheduler_of_idle_optimizer(recording: Recording, *, min_steps: int = 20) -> Iterator[Finding | Measured]:
    """A learning rate scheduler is stepped, and the optimizer that it holds never steps.

    ## Why is this bad?
    The schedule goes to an optimizer that nobody uses, most often one that was built again after the scheduler, as when a
    model is moved, unfrozen or resumed. The optimizer that trains keeps its rate.

    ## How to fix
    Build the scheduler after the last optimizer, from that optimizer, and keep both. A scheduler that is stepped before the
    training only, as to draw its curve, is left alone.
    """
    found = [s for s in steppings(recording) if s.scheduler.module.startswith("torch.")]
    if not found or int(recording.step[-1]) < min_steps:
        raise NotEnough(f"no scheduler of torch in a run of over {min_steps} steps")
    for stepping in found:
        scheduler = stepping.scheduler
        yield Measured(f"recorded steps of the optimizer of {scheduler.kind}", len(scheduler.step), "over 0")
        idle = not len(scheduler.step) and scheduler.optimizer is not None and len(recording.optimizers) > 1
        if idle and stepping.calls and max(scheduler.called_at, default=0) > 0 and stepping.steps >= min_steps:
            text = f"{scheduler.kind} is stepped {stepping}, but the optimizer that it holds never steps"
            yield Finding(stepping.place, text + ": another one trains the model")


@scheduler_of_idle_optimizer.fires_on
def optimizer_built_again_after_the_scheduler() -> Facts:
    return {"recording": scheduled_run("StepLR", staircase(2, 8), by="epoch", optimizer=1)}


@scheduler_of_idle_optimizer.quiet_on
def one_optimizer() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8), by="epoch")}


@scheduler_of_idle_optimizer.quiet_on
def a_scheduler_that_is_never_stepped() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8), by="never", optimizer=1)}
