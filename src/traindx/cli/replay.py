"""`traindx replay CAPSULE`: do a bad step again, every operation watched, and name what made it bad."""

from __future__ import annotations

from pathlib import Path

import click

from traindx.cli.arguments import BEHIND, CommandBeforeCommand
from traindx.cli.options import report_options
from traindx.cli.output import Output
from traindx.cli.progress import tell
from traindx.cli.run import require_command


@click.command(cls=CommandBeforeCommand)
@click.argument("capsule", type=click.Path(path_type=Path))
@click.option("--minutes", type=click.FloatRange(min=0.1), default=10.0, show_default=True, help="Time for all trials.")
@click.option("--scratch", type=click.Path(path_type=Path), help="Folder for the copies (default: a temporary one).")
@report_options
@click.pass_context
def replay(
    ctx: click.Context,
    capsule: Path,
    minutes: float,
    scratch: Path | None,
    kind: str,
    output: Path | None,
    verbose: bool,
) -> int:
    """Do the step that CAPSULE holds again, and name the first operation whose output is not finite.

    CAPSULE is a capsule's file, or the folder of the recording that it lies in. The recorded command is run up to its
    first step, or COMMAND behind two dashes; it runs in copies of your folders.
    """
    command: tuple[str, ...] = ctx.meta[BEHIND]
    if command:
        require_command(command)
    place = Output(kind, output, verbose).require()
    from traindx.examine import judge
    from traindx.trial.replay import replay as do_again

    found = do_again(capsule, command or None, minutes=minutes, scratch=scratch, progress=tell)
    meta = {"capsule": str(capsule), "command": list(found.facts.get("command") or ())}
    report = judge({"replay": found}, select=("T11",), meta=meta)
    place.write(report)
    return report.exit_status
