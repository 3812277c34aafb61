"""`traindx check DATA`: examine a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from traindx.cli.arguments import Command
from traindx.cli.options import check_options, report_options, scan_options, scanning_of, selection
from traindx.cli.output import Output


@click.command(cls=Command)
@click.argument("data")
@click.option(
    "--imgsz",
    type=click.IntRange(1),
    help="Size of the training's pictures in pixels, for what it makes of small objects.",
)
@click.option("--batch", type=click.IntRange(1), help="Pictures per batch, for what is left for the last one.")
@scan_options
@check_options
@report_options
def check(
    data: str,
    imgsz: int | None,
    batch: int | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    kind: str,
    output: Path | None,
    verbose: bool,
    **scanning: Any,
) -> int:
    """Examine the dataset at DATA: a data.yaml, a COCO json, or the folder of a YOLO, COCO, VOC or class-folder dataset.

    Options may be written as `key=value`: traindx check data.yaml format=html ignore=D302=known
    """
    place = Output(kind, output, verbose).require()
    chosen = selection(select, ignore)
    from traindx import examine
    from traindx.cli.progress import progress
    from traindx.scan import Options

    options = Options(**scanning_of(scanning))
    settings = {name: value for name, value in (("imgsz", imgsz), ("batch", batch)) if value is not None}

    with progress("pictures") as advance:
        report = examine.check(data, scanning=options, settings=settings, progress=advance, **chosen.arguments())
    place.write(report)
    return report.exit_status
