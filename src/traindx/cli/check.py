"""`traindx check DATA`: examine a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from traindx.cli.arguments import Command
from traindx.cli.fix import Codes, Fixing, carry_out, fix_options
from traindx.cli.options import (
    FOR_MACHINES,
    Selection,
    check_options,
    report_options,
    scan_options,
    scanning_of,
    selection,
)
from traindx.cli.output import Output
from traindx.errors import TraindxError


@click.command(cls=Command)
@click.argument("data", required=False)
@click.option(
    "--settings",
    metavar="SETTINGS",
    help="What the training is started with, also without DATA: a yaml, json or OpenMMLab Python file, a folder of Hydra's, a run "
    'with .hydra in it, or the command in quotes ("python train.py experiment=big lr=0.1"). Read as text, nothing is started.',
)
@click.option(
    "--imgsz",
    type=click.IntRange(1),
    help="Size of the training's pictures in pixels, for what it makes of small objects.",
)
@click.option("--batch", type=click.IntRange(1), help="Pictures per batch, for what is left for the last one.")
@click.option(
    "--predictions",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A model's predictions for these pictures, best one that was not trained on them: COCO results json, folder of "
    "YOLO txt with confidence, csv or npz of probabilities. They judge the labels.",
)
@click.option(
    "--model",
    metavar="MODEL",
    help="The network to come, built in a process of its own and examined against the data: yolo11n.yaml, torchvision:resnet18, "
    "timm:NAME, hf:FOLDER, models.py:function or package.module:function (your code is run), or a checkpoint (read, not run).",
)
@click.option(
    "--num-classes",
    "--nc",
    "num_classes",
    type=click.IntRange(1),
    help="Classes that the model is built for; else the data's.",
)
@click.option(
    "--few-samples",
    is_flag=True,
    help="Also train the classifier that --model names on sixteen pictures, for a minute at most: can it learn them by heart?",
)
@click.option(
    "--twins",
    is_flag=True,
    help="Also do a step of the network that --model names again with one thing changed (half precision, channels, labels, zeros, "
    "modes, averaged weights; with --augment also that), before and after some steps of training: tells look-alikes apart, in "
    "about a minute and a half.",
)
@click.option(
    "--weights",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="With --twins: a checkpoint whose weights the network has (read, not run); its average (EMA) is compared.",
)
@click.option(
    "--augment",
    metavar="PIPELINE",
    help="The training's augmentation, run on samples in a process of its own (your code is run): train.py:transform or "
    "package.module:name of an Albumentations Compose, torchvision v2 transforms, a function (image, target), a Dataset; or "
    "ultralytics:hyp.yaml, ultralytics:degrees=10,mosaic=0.",
)
@click.option("--augment-val", metavar="PIPELINE", help="That of validation, to compare with --augment.")
@click.option("--label-noise", is_flag=True, help="Look at every object once more, for labels unlike their looks.")
@scan_options
@fix_options
@check_options
@report_options
def check(
    data: str | None,
    settings: str | None,
    imgsz: int | None,
    batch: int | None,
    predictions: Path | None,
    model: str | None,
    num_classes: int | None,
    few_samples: bool,
    twins: bool,
    weights: str | None,
    augment: str | None,
    augment_val: str | None,
    label_noise: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fix: bool,
    diff: bool,
    out: Path | None,
    in_place: bool,
    unsafe: bool,
    kind: str,
    output: Path | None,
    verbose: bool,
    **scanning: Any,
) -> int:
    """Examine the dataset at DATA: a data.yaml, a COCO json, or the folder of a YOLO, COCO, VOC or class-folder dataset.
    DATA may also be a checkpoint (last.pt, .pth, .ckpt, .safetensors, a folder that a Trainer wrote): it is read, never loaded.

    Options may be written as `key=value`: traindx check data.yaml format=html ignore=D302=known
    """
    if data is None and settings is None:
        raise click.UsageError("Missing argument 'DATA'.")
    if data is None:
        return _settings_alone(str(settings), Output(kind, output, verbose).require(), selection(select, ignore))
    if few_samples and model is None:
        raise click.UsageError("--few-samples trains the network that --model names: give that too")
    if twins and model is None:
        raise click.UsageError("--twins tries the network that --model names: give that too")
    if weights and not twins:
        raise click.UsageError("--weights are for --twins: give that too")
    fixing = Fixing(fix, diff, out, in_place, unsafe)
    place = Output(kind, output, verbose).require()
    chosen = selection(select, ignore)
    from traindx import examine
    from traindx.cli.progress import progress
    from traindx.scan import ScanOptions

    options = ScanOptions(**scanning_of(scanning))
    if fixing.fix:
        from traindx.scan import scan

        with progress("pictures") as advance:
            dataset = scan(data, options, progress=advance)
        return carry_out(dataset, fixing, Codes(chosen.select, tuple(chosen.ignore)), data)
    named = {"imgsz": imgsz, "batch": batch, "num_classes": num_classes}
    given = {name: value for name, value in named.items() if value is not None}

    try:
        with progress("pictures") as advance:
            report = examine.check(
                data,
                scanning=options,
                settings=given,
                configured=settings,
                predictions=predictions,
                model=model,
                augment=augment,
                augment_val=augment_val,
                few_samples=few_samples,
                twins=twins,
                weights=weights,
                label_noise=label_noise,
                progress=advance,
                **chosen.arguments(),
            )
    except TraindxError as error:
        if kind in FOR_MACHINES:
            place.write(examine.refused(data, error, **chosen.arguments()))
        raise
    place.write(report)
    if problem := report.meta.get("model_error") or report.meta.get("augment_error"):
        click.echo(f"traindx: {problem}", err=True)
        return 2
    if (fixes := report.meta.get("fixes")) and kind == "text" and output is None:
        counts = f"{fixes['fixable']:,} of {fixes['findings']:,} findings can be fixed"
        click.echo(f"{counts}: {fixes['command']} ({fixes['safe']:,} safe)", err=True)
    return report.exit_status


def _settings_alone(settings: str, place: Output, chosen: Selection) -> int:
    """Examine settings without a dataset."""
    from traindx import examine
    from traindx.inspect.setup import setup_at

    report = examine.judge({"setup": setup_at(settings, Path.cwd())}, meta={"settings": settings}, **chosen.arguments())
    place.write(report)
    return report.exit_status
