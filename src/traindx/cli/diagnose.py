"""`traindx diagnose RUN`: diagnose a recording, or what another tool's run left behind."""

from __future__ import annotations

from pathlib import Path

import click

from traindx.cli.arguments import Command
from traindx.cli.options import check_options, report_options, selection
from traindx.cli.output import Output


@click.command(cls=Command)
@click.argument("run", type=click.Path(path_type=Path))
@check_options
@report_options
def diagnose(
    run: Path, select: tuple[str, ...], ignore: tuple[str, ...], kind: str, output: Path | None, verbose: bool
) -> int:
    """Diagnose RUN: a recording's folder (traindx-runs/...), or an Ultralytics or YOLOv5 run folder or its results.csv."""
    place = Output(kind, output, verbose).require()
    chosen = selection(select, ignore)
    from traindx import examine

    report = examine.diagnose(run, **chosen.arguments())
    place.write(report)
    return report.exit_status
