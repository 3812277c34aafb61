"""P106: the number of open files grows from step to step."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.example import using
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.resources import resources_of


@check("P106", level="warning")
def open_files_grow(recording: Recording, *, rising: float = 0.95, share: float = 0.1) -> Iterator[Finding | Measured]:
    """The process opens files, pipes or sockets and does not close them.

    It fires where their number rises between nearly all samples and has grown by `share` of the limit (guesses).

    ## Why is this bad?
    At the limit each further open fails: `Too many open files`. The finding says at which step that will be.

    ## How to fix
    Open files by `with`; iterate a loader's batches without keeping them in a list; make no new loader with `persistent_workers` in
    each epoch.
    """
    resources = resources_of(recording)
    growth = resources.growth("files")
    limit = resources.machine.get("limits", {}).get("files")
    if growth is None or not limit:
        raise NotEnough("too few samples of the number of open files")
    grown = growth.last - growth.first
    yield Measured("open files at the end", growth.last, f"below {limit}")
    if growth.rising >= rising and grown >= share * limit:
        step = int(resources.step[-1] + growth.steps_until(float(limit)))
        text = (
            f"open files rose from {growth.first:.0f} to {growth.last:.0f}; the limit of {limit} comes at step {step}"
        )
        yield Finding(Place(step=int(resources.step[-1])), text)


@open_files_grow.fires_on
def pictures_are_never_closed() -> Facts:
    return {"recording": using(files=[20.0 + 40 * i for i in range(20)])}


@open_files_grow.quiet_on
def workers_are_made_once() -> Facts:
    return {"recording": using(files=[20.0, 20.0, *[38.0] * 18])}
