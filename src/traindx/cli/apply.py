"""`--apply`: shows the change that puts right what was proved, tries it out, and writes it where it is asked to."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from traindx.cli.output import wants_color, write_whole
from traindx.cli.progress import tell
from traindx.errors import TraindxError

if TYPE_CHECKING:
    from traindx.core.report import Report
    from traindx.remedy.propose import Remedy

PATCH = "fix.patch"
COLORS = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True)
class Applying:
    """What the options ask for. Raises `TraindxError` where they contradict each other."""

    apply: bool
    out: Path | None
    in_place: bool

    def __post_init__(self) -> None:
        if not self.apply and (self.out is not None or self.in_place):
            raise TraindxError("--out and --in-place belong to --apply", "", "add --apply")
        if self.out is not None and self.in_place:
            raise TraindxError("--out and --in-place exclude each other", "nothing was changed", "give one of them")
        if self.out is not None and self.out.is_file():
            raise TraindxError(f"{self.out} is a file", "changed scripts go into a folder", "name a folder")


def apply_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--apply` and its companions."""
    options = (
        click.option("--apply", is_flag=True, help="Show the change of your script that puts right what was proved."),
        click.option(
            "--out",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="With --apply: write the changed files to DIR.",
        ),
        click.option("--in-place", is_flag=True, help="With --apply: change the files; the old ones stay beside them."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def show(remedy: Remedy) -> None:
    """The change as a diff, coloured on a terminal, on the error stream: what stands on the other is the report."""
    for line in remedy.diff.splitlines():
        style = {"bold": True} if line.startswith(("+++", "---")) else {"fg": COLORS.get(line[:1])}
        click.echo(click.style(line, **style) if wants_color() else line, err=True)
    for cause, words in remedy.left:
        click.echo(f"not changed for {cause}: {words}", err=True)
    if remedy.command:
        click.echo(f"run it as: {shlex.join(remedy.command)}", err=True)
    if not remedy.changed and not remedy.command and not remedy.left:
        click.echo("nothing is proved that a change of a script puts right", err=True)


def write(remedy: Remedy, applying: Applying, verdict: str = "") -> None:
    """Write the changed files, unless a final run of them failed.

    Raises `TraindxError` if one cannot be written, or was changed since it was read.
    """
    if not remedy.changed or (applying.out is None and not applying.in_place):
        if remedy.changed:
            click.echo("nothing was written; --out DIR writes the changed files, --in-place changes yours", err=True)
        return
    if verdict == "refuted":
        click.echo("nothing was written, as the changed script does not train, or learns less", err=True)
        return
    for changed in remedy.changed:
        if changed.script.file.read_text(encoding="utf-8") != changed.script.text:
            raise TraindxError(f"{changed.script.path} was changed meanwhile", "nothing was written", "try again")
    for changed in remedy.changed:
        if applying.out is None:
            kept = _backup(changed.script.file)
            write_whole(changed.script.file, changed.text)
            click.echo(f"changed {changed.script.path}; the old file is {kept.name}", err=True)
        else:
            target = applying.out / _inside(changed.script.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, changed.text)
            click.echo(f"the changed script is {target}", err=True)
    if applying.out is not None:
        write_whole(applying.out / PATCH, remedy.diff)
        click.echo(f"the change alone: {applying.out / PATCH} (patch -p1 < {PATCH})", err=True)


def of_recording(report: Report, run: Path) -> Remedy | None:
    """The changes that a recording's report calls for; None, with a line that says so, where `run` is no recording."""
    from traindx.core.recording import Recording
    from traindx.remedy.propose import propose

    try:
        recording = Recording.load(run)
    except TraindxError:
        click.echo(f"--apply needs a recording: {run} does not say which line made which call", err=True)
        return None
    return propose(report, recording, Path(str(recording.run.get("cwd", "."))))


def of_proof(report: Report, run: Path | None, command: Sequence[str], minutes: float) -> tuple[Report, Remedy]:
    """The changes that a proof calls for, and the report with what a final run of them showed.

    Of a `command` its first control is the run as it was.
    """
    from traindx.core.recording import Recording
    from traindx.remedy.propose import propose
    from traindx.trial.confirming import confirm, with_confirmation
    from traindx.trial.swept_rate import with_swept_rate

    scratch = Path(str(report.meta["scratch"]))
    recording = Recording.load(run or next(iter(sorted(scratch.glob("control-*/recording")))))
    cwd = Path.cwd() if run is None else Path(str(recording.run.get("cwd", ".")))
    words = command or recording.run.get("command", ())
    report = with_swept_rate(report, recording, words, cwd, scratch, minutes=minutes, progress=tell)
    remedy = propose(report, recording, cwd)
    show(remedy)
    if not remedy.changed and not remedy.command:
        return with_confirmation(report, remedy, None), remedy
    found = confirm(report, remedy, recording, words, cwd, scratch, minutes=minutes, progress=tell)
    return with_confirmation(report, remedy, found), remedy


def _inside(path: str) -> Path:
    """Where a file goes below the folder of results: an absolute path, or one that leads outside, by its name."""
    return Path(path) if not Path(path).is_absolute() and ".." not in Path(path).parts else Path(Path(path).name)


def _backup(file: Path) -> Path:
    """A copy of a file beside it, under a name that is free."""
    number, kept = 0, file.with_name(file.name + ".before")
    while kept.exists():
        number += 1
        kept = file.with_name(f"{file.name}.before-{number}")
    kept.write_bytes(file.read_bytes())
    return kept
