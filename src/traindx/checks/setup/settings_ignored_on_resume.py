"""S131: settings that a resumed run does not take over."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup

BESIDE = frozenset({"model", "data", "mode", "task", "resume", "pretrained", "name", "project", "exist_ok"})


@check("S131", level="warning")
def settings_ignored_on_resume(setup: Setup) -> Iterator[Finding | Measured]:
    """A run is resumed with settings that Ultralytics takes from the checkpoint instead: rates, epochs, augmentation.

    ## Why is this bad?
    The values asked for are passed over, and the run goes on with those that it began with.

    ## How to fix
    To go on, leave them out. To train with other settings, start a new run from the weights: `model=last.pt` without `resume`.
    Which settings a resumed run takes is read from `BaseTrainer.check_resume` of the installed version; where the checkpoint
    holds the same value nothing is lost.
    """
    resume = setup.value("resume")
    if setup.trainer != "ultralytics" or resume in (None, False, "") or not setup.library.on_resume:
        raise NotEnough("no run of Ultralytics is resumed")
    ignored = [n for n in setup.asked if n not in setup.library.on_resume | BESIDE and n in setup.library.defaults]
    yield Measured("settings that a resumed run ignores", len(ignored), "0")
    for name in ignored:
        text = f"{name}={setup.asked[name].value} is taken from the checkpoint: the run is resumed"
        yield Finding(setup.place(name), text, fix=f"leave out resume, or {name}")


@settings_ignored_on_resume.fires_on
def another_rate() -> Facts:
    return asking(resume=True, lr0=0.001)


@settings_ignored_on_resume.quiet_on
def another_batch() -> Facts:
    return asking(resume=True, batch=8, device="0")
