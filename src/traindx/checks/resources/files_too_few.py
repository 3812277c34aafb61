"""P211: the limit of open files is too low for the loader's workers."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import on
from traindx.checks.setup.example import asking
from traindx.core.asked_loader import loaders_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.machine import Machine
from traindx.core.setup import Setup

OWN = 80
"""Files that a process with PyTorch holds open before it trains (counted: 60 to 80)."""
EACH_WORKER = 8
"""Pipes and semaphores of a worker (counted)."""
TENSORS = 4
"""Tensors of a batch, each a file while it is handed over (a guess)."""


@check("P211", level="warning")
def files_too_few(machine: Machine, setup: Setup) -> Iterator[Finding | Measured]:
    """The limit of open files is below what the loader's workers need: each tensor that is handed over is an open file.

    ## Why is this bad?
    `Too many open files`, or `received 0 items of ancdata`, within the first epoch.

    ## How to fix
    `ulimit -n 65536` before the command, or `torch.multiprocessing.set_sharing_strategy("file_system")`.

    Source: pytorch#973 and the notes on sharing strategies of PyTorch.
    """
    judged = [one for one in loaders_of(setup, machine.all_processors) if one.workers]
    if machine.files is None or not judged or "file_system" in setup.text.words:
        raise NotEnough("no workers of a loader are asked for, or open files are not limited")
    need = OWN + sum(one.workers * (EACH_WORKER + one.prefetch * TENSORS) for one in judged)
    yield Measured("open files needed", need, f"below {machine.files}")
    if need > machine.files:
        workers = sum(one.workers for one in judged)
        text = f"{workers} workers need about {need} open files, and the limit is {machine.files}"
        yield Finding(judged[0].place, text, fix="ulimit -n 65536")


@files_too_few.fires_on
def a_limit_of_two_hundred() -> Facts:
    return on(asking("yolov5", workers=16, batch=64), files=200)


@files_too_few.quiet_on
def the_usual_limit() -> Facts:
    return on(asking(workers=8, batch=16), files=1024)
