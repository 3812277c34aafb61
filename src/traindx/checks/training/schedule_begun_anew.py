"""T374: the scheduler is built again and again for the same optimizer, and never comes through its plan."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.optimization import Scheduler, schedulers_of
from traindx.core.recording import Recording, Source


@check("T374", level="error")
def schedule_begun_anew(recording: Recording, *, times: int = 3, through: float = 0.7) -> Iterator[Finding | Measured]:
    """A scheduler is made inside of the loop: one for each epoch, with a plan of the whole training.

    ## Why is this bad?
    Each begins its plan anew. The rate goes through the first part of it again and again, and never comes to the rest: a
    warm-up never ends, or the rate never decays.

    ## How to fix
    Make the scheduler once, beside the optimizer, in front of the loop over epochs, and hand it to the function that trains
    one.

    Reported where one line makes `times` schedulers or more for one optimizer, and each but the last ends before `through`
    of its plan (guesses). Restarts on purpose go through their plan, and phases of a training have optimizers of their own.
    """
    made: dict[tuple[Source, int], list[Scheduler]] = {}
    for scheduler in schedulers_of(recording):
        if scheduler.source is not None and scheduler.optimizer is not None and scheduler.length and scheduler.calls:
            made.setdefault((scheduler.source, scheduler.optimizer), []).append(scheduler)
    if not made:
        raise NotEnough("no scheduler with a plan was stepped")
    yield Measured("schedulers that one line makes for one optimizer", max(map(len, made.values())), "1")
    for (source, _), several in made.items():
        shares = [(one.calls or 0) / (one.length or 1) for one in several[:-1]]
        if len(several) < times or max(shares) >= through:
            continue
        first = several[0]
        text = f"{first.kind} is made {len(several)} times for the same optimizer, after {first.calls} of {first.length} steps"
        place = Place(path=source.path, line=source.line, step=several[1].made_at)
        yield Finding(place, f"{text} of its plan (should be made once)")


def _facts(calls: int, length: int, times: int = 5, line: int = 7, optimizer: int = 0) -> Facts:
    plan = {"calls": [0, length // 2, length], "rates": [0.01, 0.1, 0.0], "length": length}
    lines = []
    for n in range(times):
        made = {"kind": "scheduler", "index": n, "step": 40 * n, "class": "OneCycleLR", "optimizer": n * optimizer}
        lines += [{**made, "plan": plan, "path": "engine.py", "line": line}]
        lines += [{"kind": "scheduler_end", "scheduler": n, "step": 200, "calls": calls}]
    return {"recording": recording_with(falling(), events=lines)}


@schedule_begun_anew.fires_on
def a_plan_of_all_epochs_in_each_epoch() -> Facts:
    return _facts(40, 200)


@schedule_begun_anew.quiet_on
def restarts_on_purpose() -> Facts:
    return _facts(40, 40)


@schedule_begun_anew.quiet_on
def an_optimizer_for_each_fold() -> Facts:
    return _facts(40, 200, optimizer=1)


@schedule_begun_anew.quiet_on
def one_for_the_head_and_one_for_all() -> Facts:
    return _facts(40, 200, times=2)
