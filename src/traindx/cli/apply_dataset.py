"""`--apply` for faults of labels: a repaired copy of the dataset, and the words that train on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from traindx.errors import TraindxError

if TYPE_CHECKING:
    from traindx.core.report import Report

FOLDER = "dataset"


def write_dataset(report: Report, out: Path | None) -> None:
    """Write a copy in which every proved fault of the labels is repaired to `out`; without it, say which command would.

    Nothing where no such fault is proved, or the report is about no dataset.
    """
    repairs, data = _repairs(report), str(report.meta.get("data") or "")
    if not repairs or not data:
        return
    if out is None:
        click.echo(f"the labels can be repaired: {', '.join(repairs)}; --out DIR writes a repaired copy", err=True)
        return
    from traindx.scan import scan
    from traindx.trial.repair import repaired_copy

    made = Path(data)
    for number, repair in enumerate(repairs):
        try:
            made = repaired_copy(scan(str(made)), repair, out / (f"{FOLDER}-{number}" if number else FOLDER))
        except TraindxError as error:
            click.echo(f"not repaired: {error}; try traindx check {data} --fix --diff", err=True)
            return
    click.echo(f"the repaired dataset is {made}; train on it in place of {data}", err=True)


def _repairs(report: Report) -> list[str]:
    """The repairs that undo what is proved."""
    from traindx.causes import all_causes
    from traindx.remedy.propose import is_proved

    undo = {
        cause.slug: cause.undo for cause in all_causes() if cause.undo is not None and cause.undo.where == "dataset"
    }
    found = [str(undo[d.cause]["repair"]) for d in report.diagnoses if is_proved(d) and d.cause in undo]
    return list(dict.fromkeys(found))
