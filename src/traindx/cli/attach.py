"""`traindx attach PID`: where the processes of a running, or hanging, training stand now."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from traindx.cli.arguments import Command
from traindx.errors import TraindxError


@click.command(cls=Command)
@click.argument("pid", type=int)
@click.option("--apart", type=click.FloatRange(0.0), default=5.0, show_default=True, help="Seconds between two looks.")
@click.option(
    "--format",
    "-f",
    "kind",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How to show it.",
)
def attach(pid: int, apart: float, kind: str) -> int:
    """Look at the training whose process is PID, twice, and say whether it stands still, and where.

    Its ranks and loader workers are looked at too. Nothing is changed in them. A training that traindx records answers by
    itself; for others py-spy must be installed, and may have to be run as root.

    Exit status: 1 if it stands still, 0 if it moves, 2 if nothing could be seen.
    """
    from traindx.core.hang import hang_from
    from traindx.recorder.hang import hang_line, stand
    from traindx.recorder.stacks import look

    before = look(pid, None)
    if not before:
        raise TraindxError(f"there is no Python process {pid}", "", "find the training's process: ps aux | grep python")
    time.sleep(apart)
    after = look(pid, None)
    hang = hang_from(hang_line(after, apart, {}, Path.cwd()))
    seen = [p for p in hang.processes if p.stack]
    stands = stand(0.0, before, apart, after)
    if kind == "json":
        processes = hang_line(after, apart, {}, Path.cwd())["processes"]
        click.echo(json.dumps({"pid": pid, "stands_still": stands if seen else None, "processes": processes}, indent=2))
    elif seen:
        click.echo(("stands still" if stands else "moves") + f" (two looks, {apart:g} s apart)")
    for process in hang.processes if kind == "text" else ():
        words = process.words if stands or not process.stack else f"is at {process.place}"
        click.echo(f"\n{process.role} (process {process.pid}) {words}")
        for path, line, name in process.stack[:12]:
            click.echo(f"    {path}:{line} in {name}")
        for file in process.files[:5]:
            click.echo(f"    open: {file}")
    if not seen:
        reason = next((p.why for p in hang.processes if p.why), "it has ended")
        raise TraindxError(
            f"no stack of process {pid} could be read",
            reason,
            "py-spy may need root: sudo env PATH=$PATH traindx attach PID",
        )
    return int(stands)
