"""T370: a training goes on from a checkpoint, and its schedule begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.setup import Setup
from traindx.core.stepping import steppings
from traindx.core.stepping_example import cosine, scheduled_run


@check("T370", level="error")
def schedule_restarts_at_resume(recording: Recording, setup: Setup | None = None) -> Iterator[Finding | Measured]:
    """The run goes on from a checkpoint that was further in its schedule, and the scheduler begins at its start.

    ## Why is this bad?
    The rate jumps back to where the first run began: what had been annealed is shaken up again, the loss jumps, and the run
    ends in the middle of its schedule.

    ## How to fix
    Save `scheduler.state_dict()` and give it back with `scheduler.load_state_dict(...)`, after the optimizer's.
    That the run goes on, and is no fine-tuning, is told by the optimizer's state, which was given back, or by a script that
    reads the epoch or step that was saved; that the schedule was further, by the checkpoint's own scheduler or epoch.
    """
    checkpoints = [c for c in _at_start(recording, "checkpoint") if _further(c) > 0]
    restored = {line["what"] for line in _at_start(recording, "restored")}
    goes_on = "optimizer" in restored or (setup is not None and setup.resumes)
    found = [s for s in steppings(recording) if s.scheduler.module.startswith("torch.") and s.scheduler.made_at == 0]
    found = [s for s in found if s.scheduler.kind != "ReduceLROnPlateau" and s.calls]
    if not checkpoints or not goes_on or not found:
        return
    for stepping in found:
        plan = stepping.scheduler
        last = plan.settings.get("last_epoch", 0)
        calls = int(plan.calls_before[0]) if len(plan.calls_before) else 0
        yield Measured(
            f"steps of {plan.kind} before the first of this run", max(int(last), calls), f"{_further(checkpoints[-1])}"
        )
        if last == 0 and calls == 0 and "scheduler" not in restored:
            saved = _rate(checkpoints[-1])
            text = (
                f"the checkpoint was {_further(checkpoints[-1])} steps into its schedule, and {plan.kind} begins at 0"
            )
            began = float(recording.lr[0])
            yield Finding(
                stepping.place, text + (f": the rate was {saved:.3g}, it is {began:.3g} now" if saved else "")
            )


def _at_start(recording: Recording, kind: str) -> list[Any]:
    """Lines of a kind from before the first step."""
    return [line for line in recording.lines.get(kind, ()) if not line.get("step")]


def _further(line: Any) -> int:
    """How far its schedule was: as its scheduler says, or its epoch (0 may be the first)."""
    told = [int(s["last_epoch"]) for s in line.get("scheduler", ())]
    return max(told) if told else max([int(line.get("counters", {}).get(k, 0)) for k in ("epoch", "start_epoch")])


def _rate(line: Any) -> float | None:
    rates = [o.get("lr") for o in line.get("optimizer", ())]
    return float(rates[0]) if rates and rates[0] is not None else None


def _resumed(*more: dict[str, Any]) -> Recording:
    saved = {"counters": {"epoch": 4}, "optimizer": [{"lr": 0.05, "count": 100}], "scheduler": [{"last_epoch": 5}]}
    lines: list[dict[str, Any]] = [{"kind": "checkpoint", **saved}, {"kind": "restored", "what": "optimizer"}, *more]
    return scheduled_run("CosineAnnealingLR", cosine(8), by="epoch", settings={"last_epoch": 0}, lines=lines)


@schedule_restarts_at_resume.fires_on
def optimizer_given_back_without_its_scheduler() -> Facts:
    return {"recording": _resumed()}


@schedule_restarts_at_resume.quiet_on
def both_given_back() -> Facts:
    return {"recording": _resumed({"kind": "restored", "what": "scheduler"})}


@schedule_restarts_at_resume.quiet_on
def a_training_from_the_start() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8), by="epoch", settings={"last_epoch": 0})}
