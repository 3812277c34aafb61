"""Csv logs with columns named after training and validation: Lightning, timm, Keras, own loops; parted by any usual sign.

Lightning writes a row per logging step and a row per validation, and leaves the other columns empty; the rows of an
epoch are merged. hparams.yaml, args.yaml or config.yaml beside the log becomes the setup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from traindx.core.cause import Framework
from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.setup import Setup
from traindx.readers.beside import plan_of, settings_of
from traindx.readers.names import is_validation, meaning, tests_in_place_of_validation
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares, by_epoch, rows_of, translate
from traindx.readers.windows import by_validation

NAMES = ("metrics.csv", "summary.csv", "log.csv", "history.csv")
"""What such a log is called in a run's folder: by Lightning, by timm, by Keras and own loops."""

SUFFIXES = (".csv", ".tsv", ".txt", ".dat")
_SPOKEN = re.compile(r"[:={]|\d\.\d")
"""What stands in lines of a console log, and not in a head."""

STEPS = ("step", "global_step", "iter", "iteration", "_step", "trainer/global_step")
LARGEST = 400_000_000
"""A larger file is not read."""


def read_log(path: Path) -> Facts | None:
    """`history`, and `setup` where settings lie beside the log; None if the path is no such log.

    Raises `TraindxError` for a log that is no text.
    """
    log = _log_in(path)
    if log is None or log.stat().st_size > LARGEST:
        return None
    header, rows = rows_of(log)
    if log.suffix.lower() != ".csv" and any(_SPOKEN.search(name) for name in header):
        return None
    chosen = _columns(header, rows)
    if not any(n.startswith(("train/", "val/", "metric/")) for n in chosen.values()) or (
        len(chosen) < 2 and "epoch" not in chosen.values()
    ):
        return None
    tool = "Lightning" if {"epoch", "step"} <= set(header) else "a csv log"
    merged, notes = _by_epoch(translate(rows, chosen.get), chosen)
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


def _log_in(path: Path) -> Path | None:
    """The log of a folder by its name, else its only csv file; a file with a suffix of a table."""
    if not path.is_dir():
        return path if path.is_file() and path.suffix.lower() in SUFFIXES else None
    named = next((p for name in NAMES if (p := path / name).is_file()), None)
    own = sorted(p for p in path.glob("*.csv") if p.is_file())
    return named or (own[0] if len(own) == 1 else None)


def _by_epoch(rows: list[Row], chosen: Mapping[str, str]) -> tuple[list[Row], list[str]]:
    """Rows by the epochs that are written, else by the validations between their steps, else each row as one."""
    if "epoch" in chosen.values():
        return by_epoch(rows)
    if "step" in chosen.values():
        return by_validation([row for row in rows if row.get("step") is not None])
    return by_epoch([{"epoch": float(i), **row} for i, row in enumerate(rows, 1)])


def _columns(header: list[str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Columns that are used, by name: of one quantity, the mean of an epoch before single steps, validation before bare.

    Columns of the test set count as validation where there is none and they are filled in half of the rows and more.
    """
    tested = {
        c: name
        for c, name in tests_in_place_of_validation(header).items()
        if 2 * sum(bool(row[c]) for row in rows) >= len(rows) > 1
    }
    named = {c: tested.get(c, c) for c in header}
    chosen: dict[str, str] = {}
    for column in sorted(named, key=lambda c: (not c.endswith("_epoch"), not is_validation(named[c]))):
        known = meaning(named[column].removesuffix("_step"))
        known = "step" if column.lower() in STEPS and "epoch" not in map(meaning, header) else known
        if known is not None and known not in chosen.values():
            chosen[column] = known
    return chosen
