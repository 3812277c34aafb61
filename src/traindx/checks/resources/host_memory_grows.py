"""P110: the memory of the process grows from step to step."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.example import GIB, using
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording
from traindx.core.resources import Growth, Resources, resources_of

MIB = 2**20


@check("P110", level="warning")
def host_memory_grows(
    recording: Recording, *, rising: float = 0.9, mebibytes: float = 64, share: float = 0.1
) -> Iterator[Finding | Measured]:
    """The resident memory of the training process grows in every epoch, and did not settle.

    Looked at is what comes after the first epoch, when caches are filled and workers started: it fires where memory rises between
    nearly all samples, by `mebibytes` and by `share` of what there was (guesses), and in the second half as fast as in the first.
    What the C heap was given back and keeps does not count: pieces too small to be used again make a process larger without end
    in sight, though nothing is held.

    ## Why is this bad?
    Something keeps what each step makes. At this pace memory is used up at the step that the finding names.

    ## How to fix
    Look for a list, dictionary or cache that each step adds to: losses, predictions, pictures, log records. `tracemalloc` names the
    lines that allocate; a dataset that caches is bounded by its size, and settles after an epoch.
    """
    settled = after_first_epoch(recording)
    growth = settled.growth("held")
    if growth is None or growth.samples < 8:
        raise NotEnough("too few samples of memory after the first epoch")
    grown = growth.last - growth.first
    yield Measured("growth of the process's memory after the first epoch", round(grown / MIB, 1), unit="MiB")
    if growth.rising >= rising and grown >= max(mebibytes * MIB, share * growth.first) and steady(settled, "held"):
        yield _finding(recording, settled, growth)


def _finding(recording: Recording, resources: Resources, growth: Growth) -> Finding:
    step = int(resources.step[-1])
    pace = f"{growth.per_step / MIB:.2f} MiB a step"
    text = f"memory rose from {growth.first / MIB:.0f} to {growth.last / MIB:.0f} MiB after the first epoch, {pace}"
    available = resources.columns.get("available")
    if available is not None and growth.per_step > 0:
        text += f"; at this pace it is used up at step {step + int(float(available[-1]) / growth.per_step)}"
    return Finding(Place(step=step), text)


def after_first_epoch(recording: Recording) -> Resources:
    """The samples from the second training pass on; without a loader those of the second half."""
    resources, passes = resources_of(recording), loaders_of(recording).training
    begun = [p.step for p in passes if p.loader == passes[0].loader][1:] if passes else []
    if passes and not begun:
        return resources.since(int(resources.step[-1]) + 1 if len(resources.step) else 0)
    return resources.since(begun[0] if begun else int(resources.step[-1]) // 2 if len(resources.step) else 0)


def steady(resources: Resources, name: str) -> bool:
    """Whether a column grows in the last third at least half as fast as before: what settles is no leak."""
    values, steps = resources.columns[name], resources.step
    third = len(values) * 2 // 3
    before = (values[third] - values[0]) / max(int(steps[third] - steps[0]), 1)
    after = (values[-1] - values[third]) / max(int(steps[-1] - steps[third]), 1)
    return bool(after >= 0.5 * before > 0)


@host_memory_grows.fires_on
def a_list_of_pictures() -> Facts:
    return {"recording": using(steps=400, rss=[(1 + 0.05 * i) * GIB for i in range(40)], available=[8.0 * GIB] * 40)}


@host_memory_grows.quiet_on
def a_cache_that_is_full_after_an_epoch() -> Facts:
    return {
        "recording": using(steps=400, rss=[min(1 + 0.1 * i, 3) * GIB for i in range(40)], available=[8.0 * GIB] * 40)
    }


@host_memory_grows.quiet_on
def memory_that_goes_up_and_down() -> Facts:
    return {
        "recording": using(steps=400, rss=[(1 + 0.1 * (i % 5)) * GIB for i in range(40)], available=[8.0 * GIB] * 40)
    }


@host_memory_grows.quiet_on
def gaps_in_the_heap() -> Facts:
    grown = [0.005 * i * GIB for i in range(40)]
    return {
        "recording": using(steps=400, rss=[GIB / 2 + v for v in grown], heap_free=grown, available=[8.0 * GIB] * 40)
    }
