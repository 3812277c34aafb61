"""`traindx prove RUN [CAUSE...]`: run the recorded command again, shortly, with causes undone, and decide."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from traindx.cli.apply import Applying, apply_options, of_proof, write
from traindx.cli.apply_dataset import write_dataset
from traindx.cli.arguments import BEHIND, CommandBeforeCommand
from traindx.cli.options import report_options
from traindx.cli.output import Output
from traindx.cli.progress import tell
from traindx.cli.remedy import remedy_option, require_remedies, try_out_remedies
from traindx.cli.run import require_command
from traindx.cli.try_out import carry_out, require_alone, try_options
from traindx.config import nearest
from traindx.core.report import Report
from traindx.errors import TraindxError


@click.command(cls=CommandBeforeCommand)
@click.argument("run", type=click.Path(path_type=Path), required=False)
@click.argument("causes", metavar="[CAUSE]...", nargs=-1)
@click.option("--minutes", type=click.FloatRange(min=0.1), default=10.0, show_default=True, help="Time for all trials.")
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Runs of each arm at most.")
@click.option("--scratch", type=click.Path(path_type=Path), help="Folder for the arms (default: a temporary one).")
@click.option(
    "--resume", type=click.Path(path_type=Path), help="Go on with the proof in this folder; it says the rest."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Arms that run at a time at most."
)
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="Where arms run."
)
@remedy_option
@try_options
@apply_options
@report_options
@click.pass_context
def prove(
    ctx: click.Context,
    run: Path | None,
    causes: tuple[str, ...],
    minutes: float,
    seeds: int,
    scratch: Path | None,
    resume: Path | None,
    jobs: int,
    engine: Literal["local", "ray"],
    remedies: tuple[str, ...],
    tries: tuple[str, ...],
    memory: float | None,
    apply: bool,
    out: Path | None,
    in_place: bool,
    kind: str,
    output: Path | None,
    verbose: bool,
) -> int:
    """Run the command of the recording RUN again, shortly: as it was, and with each CAUSE undone.

    Without CAUSE, the most likely open diagnoses are tried. With `-- COMMAND` in place of RUN, the command's first
    control is what is diagnosed. Arms run in copies of your folders; nothing of yours is written to.
    With --remedy, what people are told to try is tried.
    With --try, the command is tried out in other ways, and the run is diagnosed with what that showed.
    With --apply, what is proved is put right in a copy of your script, which is run once more to confirm it.
    """
    applying = Applying(apply, out, in_place)
    command: tuple[str, ...] = ctx.meta[BEHIND]
    if resume is not None and (run is not None or command or causes):
        raise TraindxError(
            "--resume takes no RUN, cause or command", "the folder of the proof says them", "leave them out"
        )
    if resume is None and (run is None) == (not command):
        hint = "name a recording: traindx prove RUN, or a command: traindx prove -- python train.py"
        raise TraindxError("prove needs a recording RUN or a command behind two dashes, one of them", "", hint)
    if command:
        require_command(command)
    require_causes(causes)
    place = Output(kind, output, verbose).require()
    require_alone(tries, memory, causes, apply)
    require_remedies(remedies, bool(causes or tries or apply or resume))
    if remedies:
        return try_out_remedies(
            remedies, run, command, place, minutes=minutes, seeds=seeds, scratch=scratch, jobs=jobs, engine=engine
        )
    if tries:
        subject = _subject(run, command, resume)
        return carry_out(tries, *subject, place, minutes=minutes, seeds=seeds, memory=memory, scratch=scratch)
    from traindx.trial import prove as prove_causes

    report = prove_causes(
        run,
        causes,
        command=command or None,
        minutes=minutes,
        seeds=range(seeds),
        scratch=scratch,
        resume=resume,
        jobs=jobs,
        engine=engine,
        progress=tell,
    )
    if applying.apply:
        report, remedy = of_proof(report, *_subject(run, command, resume), minutes)
    place.write(report)
    if applying.apply:
        write(remedy, applying, str(report.meta["applied"].get("verdict", "")))
        write_dataset(report, applying.out)
    if not any(d.trial for d in report.diagnoses) and not (applying.apply and remedy.causes):
        click.echo(f"no trial was run: {_why_none(report)}", err=True)
    return report.exit_status


def _subject(run: Path | None, command: tuple[str, ...], resume: Path | None) -> tuple[Path | None, tuple[str, ...]]:
    """What the proof is about, also where only its folder was named."""
    if resume is None:
        return run, command
    from traindx.trial.resuming import resumed

    asked = resumed(resume)
    return None if asked.run is None else Path(asked.run), asked.command or ()


def _why_none(report: Report) -> str:
    decided = next((d for d in report.diagnoses if d.status == "proved"), None)
    if decided is not None:
        return f"{decided.cause} is proved by what was seen; to try it all the same, name it: traindx prove RUN {decided.cause}"
    return "no open diagnosis has a cause that can be undone; to try one, name it: traindx prove RUN CAUSE"


def require_causes(slugs: tuple[str, ...]) -> None:
    """Raise `TraindxError` for a cause that is not in the catalogue."""
    from traindx.causes import all_causes

    known = [cause.slug for cause in all_causes()]
    for slug in slugs:
        if slug not in known:
            raise TraindxError(f"no cause is called {slug!r}", "", nearest(slug, known))
