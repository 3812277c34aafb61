"""Progress on stderr: shown for what takes longer than two seconds, and only on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click

PATIENCE = 2.0
"""Seconds of silence before a bar appears."""

Advance: TypeAlias = Callable[[int, int], None]
"""Takes how much is done and how much there is."""


@contextmanager
def progress(title: str) -> Iterator[Advance | None]:
    """Give a function to report progress with, or None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(compact=True))
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(title, total=None, rate="")
    started = time.monotonic()
    shown = False

    def advance(done: int, total: int) -> None:
        nonlocal shown
        speed = bar.tasks[0].speed
        bar.update(task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")
        if not shown and time.monotonic() - started > PATIENCE:
            shown = True  # before it is: an interruption may come in between
            bar.start()

    try:
        yield advance
    finally:
        if shown:
            bar.stop()


def tell(line: str) -> None:
    """Say on stderr, if it is a terminal, what is being done now: for work whose end is not known."""
    if sys.stderr.isatty():
        click.secho(f"traindx: {line}", err=True, dim=True)
