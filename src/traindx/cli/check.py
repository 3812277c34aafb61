"""`traindx check DATA`: examine a dataset."""

from __future__ import annotations

from pathlib import Path

import click

from traindx.cli.arguments import Command
from traindx.cli.options import check_options, report_options, selection
from traindx.cli.output import Output


@click.command(cls=Command)
@click.argument("data", type=click.Path(path_type=Path))
@check_options
@report_options
def check(
    data: Path, select: tuple[str, ...], ignore: tuple[str, ...], kind: str, output: Path | None, verbose: bool
) -> int:
    """Examine the dataset that DATA (a data.yaml) describes: pictures, labels, splits.

    Options may be written as `key=value`: traindx check data.yaml format=html ignore=D302=known
    """
    place = Output(kind, output, verbose).require()
    chosen = selection(select, ignore)
    from traindx import examine
    from traindx.cli.progress import progress

    with progress("pictures") as advance:
        report = examine.check(data, progress=advance, **chosen.arguments())
    place.write(report)
    return report.exit_status
