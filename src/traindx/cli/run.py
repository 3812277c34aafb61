"""`traindx run -- COMMAND`: record a training command, unchanged, and diagnose what it left."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from traindx.cli.arguments import BEHIND, CommandBeforeCommand
from traindx.cli.capsule import Capsules, capsule_options
from traindx.cli.options import Selection, check_options, report_options, selection
from traindx.cli.output import Output, require_writable
from traindx.cli.unrecorded import why_unrecorded
from traindx.cli.watching import Watching, watch_options
from traindx.core.report import Report
from traindx.errors import TraindxError

RUNS = Path("traindx-runs")


@click.command(cls=CommandBeforeCommand)
@click.argument("before", nargs=-1, metavar="")
@click.option("--folder", type=click.Path(path_type=Path), help="Record into this folder, which must be new or empty.")
@click.option("--name", help="A word for the recording's folder below traindx-runs/.")
@watch_options
@capsule_options
@click.option("--check/--no-check", default=True, help="Examine settings, machine and dataset before the start.")
@check_options
@report_options
@click.pass_context
def run(
    ctx: click.Context,
    before: tuple[str, ...],
    folder: Path | None,
    name: str | None,
    live: bool,
    watch: bool,
    stop_on: str | None,
    hang_timeout: float,
    capsules: Capsules,
    check: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    kind: str,
    output: Path | None,
    verbose: bool,
) -> int:
    """Record COMMAND (python, torchrun, yolo, accelerate ...) unchanged, then diagnose it, also if it failed.

    Settings and machine are examined first, in two seconds at most (--no-check). The command's output comes through as it is;
    the report follows on stdout. The recording and report.json lie in
    traindx-runs/. The exit status is the command's own where it failed, otherwise 0 or 1 by the report.
    """
    command: tuple[str, ...] = ctx.meta[BEHIND]
    if before:
        hint = f"traindx run -- {' '.join((*before, *command))}"
        raise TraindxError(f"the command stands behind two dashes, and {before[0]!r} stands before them", "", hint)
    require_command(command)
    place = Output(kind, output, verbose).require()
    chosen = selection(select, ignore)
    home = new_folder(folder, name or name_of(command))
    if check:
        examine_first(command, home, chosen, refuse=stop_on == "error")
    watching = Watching(live=live, judging=watch, stop_on=stop_on, hang_timeout=hang_timeout or None)
    status, report = record_and_diagnose(command, home, chosen, watching, capsules)
    place.write(report)
    if not any(home.glob("rank-*.jsonl")):
        click.echo(f"traindx: nothing was recorded: {why_unrecorded(command, home)}", err=True)
        return status or 2
    click.echo(f"recorded in {home}", err=True)
    return status or report.exit_status


def record_and_diagnose(
    command: Sequence[str],
    home: Path,
    chosen: Selection,
    watching: Watching | None = None,
    capsules: Capsules | None = None,
) -> tuple[int, Report]:
    """Run the command behind the recorder; its exit status as a shell gives it, and the report, also in `home`."""
    from traindx import examine
    from traindx.cli.progress import progress
    from traindx.recorder.launch import run_command
    from traindx.render import FORMATS

    capsules = capsules or Capsules()
    with (watching or Watching()).of(home, chosen) as watch:
        status = run_command(command, home, watch=watch, env=capsules.environment).exit_status
    capsules.after(home)
    with progress("pictures of its dataset") as advance:
        report = examine.diagnose(home, progress=advance, **chosen.arguments())
    try:
        (home / "report.json").write_text(FORMATS["json"](report), encoding="utf-8")
    except OSError as error:
        click.echo(f"traindx: report.json could not be written to {home}: {error.strerror}", err=True)
    return status, report


def examine_first(command: Sequence[str], home: Path, chosen: Selection, *, refuse: bool) -> None:
    """Say what is wrong before the first step, in three lines at most; the rest is looked at while the command runs.

    With `refuse`, raises `TraindxError` for what keeps the training from its first step.
    """
    from traindx.first_look import FirstLook

    look = FirstLook(command, home, lambda line: click.echo(f"traindx: {line}", err=True), chosen.arguments())
    look.begin(all_of_it=refuse)
    if refuse and look.prevents:
        why = "the training could not take its first step"
        raise TraindxError(f"not started: {look.prevents}", why, "correct it, or leave out --stop-on error")


def require_command(command: Sequence[str]) -> None:
    """Raise `TraindxError` if there is no command or its program is nowhere on the path."""
    if not command:
        raise TraindxError("no command was given", "", "write it behind two dashes: traindx run -- python train.py")
    if shutil.which(command[0]) is None:
        hint = f"is it python {command[0]}?" if command[0].endswith(".py") else "is its environment active?"
        raise TraindxError(f"there is no program {command[0]!r} on the path", "", hint)


def new_folder(folder: Path | None, name: str) -> Path:
    """The folder of a new recording, made and writable. Raises `TraindxError` if it is not, or holds something already."""
    if folder is None:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        wanted = RUNS / f"{stamp}-{name}"
        count = 2
        while wanted.exists():
            wanted, count = RUNS / f"{stamp}-{name}-{count}", count + 1
    else:
        wanted = folder
        if wanted.is_dir() and any(wanted.iterdir()):
            raise TraindxError(f"{wanted} is not empty", "a recording needs a folder of its own", "name a new folder")
    require_writable(wanted)
    return wanted


def name_of(command: Sequence[str]) -> str:
    """A short word for a command: its script, its module, or its program."""
    words = list(command)
    script = next((Path(word).stem for word in words if word.endswith(".py")), None)
    module = words[words.index("-m") + 1] if "-m" in words[:-1] else None
    return re.sub(r"[^\w.-]+", "-", script or module or Path(words[0]).name)
