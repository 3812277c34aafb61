"""`traindx compare A B`: two annotations of the same pictures, or two runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from traindx.cli.arguments import Command
from traindx.cli.options import check_options, report_options, scan_options, scanning_of, selection
from traindx.cli.output import Output


@click.command(cls=Command)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--iou",
    type=click.FloatRange(0.1, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="Overlap from which two boxes are one object.",
)
@click.option("--least", type=click.FloatRange(0, 1), help="Exit with 1 if F1 (the share of equal classes) is below.")
@scan_options
@check_options
@report_options
def compare(
    a: str,
    b: str,
    iou: float,
    least: float | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    kind: str,
    output: Path | None,
    verbose: bool,
    **scanning: Any,
) -> int:
    """Compare the annotations A and B of the same pictures, in any two formats; or two runs, A as it worked and B as it is now.

    Annotations: where they agree, and where they do not. Pictures are matched by name, else by content; classes by name; boxes by
    overlap. The exit status is 0 unless --least is given: that two people differ is no fault.

    Runs (recordings, or run folders and logs of other tools): which came farther, where they part, what differs, and what the
    worse one shows that the other does not. The exit status is that of the worse run's diagnosis.
    """
    place = Output(kind, output, verbose).require()
    chosen = selection(select, ignore)
    from traindx.two_runs import are_runs, compare_runs

    if are_runs(a, b):
        report = compare_runs(a, b, **chosen.arguments())
        place.write(report)
        return report.exit_status
    from traindx import comparison
    from traindx.cli.progress import progress
    from traindx.scan import ScanOptions

    options = ScanOptions(**scanning_of(scanning))
    with progress("pictures") as advance:
        report = comparison.compare(
            a, b, scanning=options, same=iou, least=least, progress=advance, **chosen.arguments()
        )
    place.write(report)
    return report.exit_status
