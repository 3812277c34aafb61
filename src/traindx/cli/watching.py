"""The options of `traindx run` that say how the command is watched while it runs, and the watch that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from traindx.cli.live import LiveLine
from traindx.cli.options import Selection

HANG_TIMEOUT = 300.0
"""Seconds without a step after which the stacks are looked at. A guess: no harm is done by looking."""


@dataclass(frozen=True)
class Watching:
    """How a command is watched: see `traindx.watching.Watch`. `live`: whether the terminal's last line shows the state."""

    live: bool = False
    judging: bool = False
    stop_on: Any = None
    hang_timeout: float | None = HANG_TIMEOUT

    @contextmanager
    def of(self, home: Path, chosen: Selection) -> Iterator[Callable[[int], bool]]:
        """The watch of the command that is recorded into `home`; says in the end why it stopped the command, if it did."""
        from traindx.watching import Watch

        line = LiveLine(wanted=self.live)
        watch = Watch(
            home,
            hang_timeout=self.hang_timeout,
            judging=self.judging,
            stop_on=self.stop_on,
            selection=chosen.arguments(),
            show=line.show,
            tell=line.tell,
        )
        try:
            yield watch
        finally:
            line.close()
        if watch.stopped:
            line.tell(f"stopped the command: {watch.stopped}")


def watch_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--live`, `--watch`, `--stop-on` and `--hang-timeout`."""
    live = click.option("--live/--no-live", default=True, help="Show step, loss and rate in the terminal's last line.")
    judging = click.option("--watch", is_flag=True, help="Judge the recording while it grows.")
    stop = click.option(
        "--stop-on",
        type=click.Choice(("error", "warning")),
        help="Judge it, and interrupt the command once a finding of this level has stood in two judgements, or if it hangs.",
    )
    hang = click.option(
        "--hang-timeout",
        type=click.FloatRange(0.0),
        default=HANG_TIMEOUT,
        show_default=True,
        metavar="SECONDS",
        help="Look at the stacks after so long without a step; 0 never.",
    )
    for option in (hang, stop, judging, live):
        function = option(function)
    return function
