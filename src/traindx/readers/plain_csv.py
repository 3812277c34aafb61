"""Csv logs with an `epoch` column and columns named after training and validation: Lightning, timm, Keras, own loops.

Lightning writes a row per logging step and a row per validation, and leaves the other columns empty; the rows of an
epoch are merged. hparams.yaml, args.yaml or config.yaml beside the log becomes the setup.
"""

from __future__ import annotations

from pathlib import Path

from traindx.core.cause import Framework
from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.setup import Setup
from traindx.readers.beside import plan_of, settings_of
from traindx.readers.names import is_validation, meaning
from traindx.readers.reader import Reader
from traindx.readers.table import as_shares, by_epoch, rows_of, translate

NAMES = ("metrics.csv", "summary.csv", "log.csv", "history.csv")
"""What such a log is called in a run's folder: by Lightning, by timm, by Keras and own loops."""


def read_log(path: Path) -> Facts | None:
    """`history`, and `setup` where settings lie beside the log; None if the path is no such log.

    Raises `TraindxError` for a log that is no text.
    """
    log = next((p for name in NAMES if (p := path / name).is_file()), path)
    if not log.is_file() or log.suffix.lower() != ".csv":
        return None
    header, rows = rows_of(log)
    chosen = _columns(header)
    if "epoch" not in chosen.values() or not any(n.startswith(("train/", "val/", "metric/")) for n in chosen.values()):
        return None
    tool = "Lightning" if {"epoch", "step"} <= set(header) else "a csv log"
    merged, notes = by_epoch(translate(rows, chosen.get))
    measured, scaled = as_shares([row for row in merged if len(row) > 1])
    if not measured:
        return None
    settings = settings_of(log.parent)
    history = history_of(measured, source=str(log), tool=tool, notes=[*notes, *scaled], **plan_of(settings))
    framework: Framework = "lightning" if tool == "Lightning" else "pytorch"
    return {"history": history} | ({"setup": Setup((), str(log.parent), framework, settings)} if settings else {})


PLAIN_CSV = Reader(
    "Lightning, timm, csv logs", f"{', '.join(NAMES)}, or a .csv with epoch, train_loss, val_acc", read_log, 10
)


def _columns(header: list[str]) -> dict[str, str]:
    """Columns that are used, by name: of one quantity, the mean of an epoch before single steps, validation before bare."""
    chosen: dict[str, str] = {}
    for column in sorted(header, key=lambda c: (not c.endswith("_epoch"), not is_validation(c))):
        known = meaning(column.removesuffix("_step"))
        if known is not None and known not in chosen.values():
            chosen[column] = known
    return chosen
