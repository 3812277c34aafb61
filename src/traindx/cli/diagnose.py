"""`traindx diagnose RUN`: diagnose a recording, or what another tool's run left behind."""

from __future__ import annotations

from pathlib import Path

import click

from traindx.cli.apply import Applying, apply_options, of_recording, show, write
from traindx.cli.apply_dataset import write_dataset
from traindx.cli.arguments import Command
from traindx.cli.options import check_options, report_options, selection
from traindx.cli.output import Output
from traindx.core.complaint import COMPLAINTS


@click.command(cls=Command)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--at", metavar="N", help="What changed at epoch N, or at step N (step:1200).")
@click.option(
    "--complaint",
    type=click.Choice([c.name for c in COMPLAINTS]),
    help="Ask what is to be asked where training fails so.",
)
@apply_options
@check_options
@report_options
def diagnose(
    run: Path,
    at: str | None,
    complaint: str | None,
    apply: bool,
    out: Path | None,
    in_place: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    kind: str,
    output: Path | None,
    verbose: bool,
) -> int:
    """Diagnose RUN: a recording's folder (traindx-runs/...), or the run folder or log of another tool.

    Read are Ultralytics, YOLOv5, Lightning, TensorBoard, Hugging Face, timm, Keras, W&B, MLflow, OpenMMLab, Detectron2, DETR and
    console logs; the tool is recognised by its files. With --apply, what a recording proves is put right in your script.
    """
    applying = Applying(apply, out, in_place)
    place = Output(kind, output, verbose).require()
    chosen = selection(select, ignore)
    from traindx import examine
    from traindx.cli.progress import progress

    with progress("pictures") as advance:
        report = examine.diagnose(run, at=at, complaint=complaint, progress=advance, **chosen.arguments())
    place.write(report)
    remedy = of_recording(report, run) if apply else None
    if remedy is not None:
        show(remedy)
        write(remedy, applying)
    if apply:
        write_dataset(report, out)
    return report.exit_status
