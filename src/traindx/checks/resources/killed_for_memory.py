"""P102: a process was killed while the machine's memory was used up."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.example import GIB, using
from traindx.core.check import Facts, check
from traindx.core.ended import ended_of
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("P102", level="error")
def killed_for_memory(recording: Recording) -> Iterator[Finding | Measured]:
    """The training, or a worker of its loader, was killed (SIGKILL) while the memory of the machine or the container was used up.

    ## Why is this bad?
    The kernel ends a process without a word, and no checkpoint is written. `Killed` or status 137 is all that is left.

    ## How to fix
    Host memory is used by workers (each holds its own copy of what the dataset holds as Python objects), by caches of pictures, and
    by what the training keeps. Fewer workers, a smaller `prefetch_factor`, no cache in memory, names of files in one numpy array
    instead of a list; or a larger limit for the container.
    """
    ended = ended_of(recording)
    lost = [e for e in recording.of("loader_failed") if any(w.get("status") == -9 for w in e.data.get("workers", ()))]
    lost += [e for e in recording.of("loader_failed") if "killed by signal: Killed" in str(e.data.get("message"))]
    killed = ended.signal == "SIGKILL" or (recording.ending == "killed" and ended.memory.oom_kills > 0)
    yield Measured("processes killed for memory", ended.memory.oom_kills, "0")
    yield Measured("share of the memory in use at the end", round(ended.memory.share, 3))
    if (killed or lost) and ended.memory.was_full:
        step = int(recording.step[-1]) if len(recording.step) else None
        who = "a loader's worker" if lost and not killed else "the training"
        yield Finding(Place(step=step), f"{who} was killed at step {step}: {ended.memory}")


@killed_for_memory.fires_on
def status_137_at_the_limit() -> Facts:
    return {"recording": using(run={"exit_status": 137}, available=[8.0 * GIB, 4.0 * GIB, 0.4 * GIB])}


@killed_for_memory.fires_on
def the_kernel_counted_it() -> Facts:
    return {"recording": using(run={"exit_status": 1, "oom_kills": 1}, available=[8.0 * GIB] * 3)}


@killed_for_memory.quiet_on
def killed_by_somebody_with_memory_to_spare() -> Facts:
    return {"recording": using(run={"exit_status": 137}, available=[8.0 * GIB] * 3)}
