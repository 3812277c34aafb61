"""Ultralytics and YOLOv5 (and YOLOv7's text log): a run folder, its results.csv or its results.txt.

Known ages: results.txt (YOLOv5 to 5.0, YOLOv7); results.csv with padded header, `train/obj_loss` and `x/lr0` (YOLOv5 from
6.0, the early Ultralytics without `time`); `train/loss` and `metrics/accuracy_top1` (classification); `(B)` and `(M)` metrics;
any number of `lr/pgN`. Epochs count from 0 in YOLOv5 and Ultralytics before 8.1, from 1 after. Losses are written after
multiplication by their gains, so their sum is the loss that was minimised, per picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.number import number_of
from traindx.core.setup import Setup
from traindx.errors import TraindxError
from traindx.readers.beside import mapping_in
from traindx.readers.reader import Reader
from traindx.readers.table import Row, by_epoch, rows_of, translate

_METRICS = {
    "mAP_0.5": "mAP50",
    "mAP_0.5:0.95": "mAP50-95",
    "mAP50": "mAP50",
    "mAP50-95": "mAP50-95",
}
_PLAIN = (*_METRICS, "precision", "recall")
_TEXT_COLUMNS = (
    *("train/box", "train/obj", "train/cls", None, None, None),  # total, targets in the last batch, picture size
    *("metric/precision", "metric/recall", "metric/mAP50", "metric/mAP50-95", "val/box", "val/obj", "val/cls"),
)


def meaning(column: str) -> str | None:
    """What a column of results.csv is, in the history's words; None for one that is not used."""
    if column in ("epoch", "time"):
        return "epoch" if column == "epoch" else "seconds"
    group, _, name = column.partition("/")
    if group in ("train", "val", "test") and name.endswith("loss"):
        return f"{'val' if group == 'test' else group}/{name.removesuffix('_loss')}"
    if group == "metrics":
        plain = name.removesuffix("(B)")
        plain = plain.removesuffix("B") if plain.removesuffix("B") in _PLAIN else plain  # as it is told to MLflow
        return f"metric/{_METRICS.get(plain, plain)}"
    return f"lr/{name}" if group in ("lr", "x") else None


def read_run(path: Path) -> Facts | None:
    """`history` and, where args.yaml or opt.yaml lies beside the log, `setup`; None if the path is not of this tool.

    Raises `TraindxError` for a results.csv that is no text, or that has a header and no row.
    """
    log = next((p for name in ("results.csv", "results.txt") if (p := path / name).is_file()), path)
    if not log.is_file() or log.suffix not in (".csv", ".txt"):
        return None
    rows = _text_rows(log) if log.suffix == ".txt" else _csv_rows(log)
    if rows is None:
        return None
    merged, notes = by_epoch(rows)
    if not merged:
        raise TraindxError(f"{log} has no row with an epoch", "the run ended before its first epoch was over")
    settings = settings_beside(log)
    history = history_of(
        merged,
        source=str(log),
        tool="YOLOv5" if "obj" in {n.partition("/")[2] for row in merged[:1] for n in row} else "Ultralytics",
        notes=notes,
        **plan_of(settings),
    )
    return {"history": history} | ({"setup": _setup(log.parent, settings)} if settings else {})


ULTRALYTICS = Reader("Ultralytics and YOLOv5", "a run folder with results.csv or results.txt, or that file", read_run)


def settings_beside(log: Path) -> dict[str, Any]:
    """The run's settings: opt.yaml and hyp.yaml, or args.yaml, whichever lie in the log's folder; one level, as written."""
    settings: dict[str, Any] = {}
    for name in ("hyp.yaml", "opt.yaml", "args.yaml"):
        given = mapping_in(log.parent / name)
        inner = given.get("hyp")
        settings |= (inner if isinstance(inner, dict) else {}) | {
            k: v for k, v in given.items() if not isinstance(v, dict)
        }
    return settings


class Plan(TypedDict):
    """Arguments of `history_of` that the settings give; None where they say nothing."""

    planned_epochs: int | None
    warmup_epochs: float | None
    patience: int | None
    mosaic_closes: int | None


def plan_of(settings: Mapping[str, Any]) -> Plan:
    """What the settings say of the plan."""
    return {
        "planned_epochs": _integer(settings.get("epochs")),
        "warmup_epochs": number_of(str(settings.get("warmup_epochs"))),
        "patience": _integer(settings.get("patience")),
        "mosaic_closes": _integer(settings.get("close_mosaic")),
    }


def _csv_rows(log: Path) -> list[Row] | None:
    header, rows = rows_of(log)
    known = {name for column in header if (name := meaning(column)) is not None}
    if "epoch" not in known or not any(column.startswith(("train/", "metrics/")) for column in header):
        return None
    return translate(rows, meaning)


def _text_rows(log: Path) -> list[Row] | None:
    rows: list[Row] = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        cells = re.match(r"\s*(\d+)/\d+\s+[\d.]+G\s+(.+)", line)
        if cells is None:
            continue
        values = [number_of(cell) for cell in cells[2].split()]
        if None in values:
            return None  # a console's line, with the picture size before a progress bar
        named = {name: value for name, value in zip(_TEXT_COLUMNS, values, strict=False) if name is not None}
        rows.append({"epoch": float(cells[1]), **named})
    return rows or None


def _setup(folder: Path, settings: Mapping[str, Any]) -> Setup:
    data = settings.get("data")
    sets = [str(p) for p in (Path(str(data)), folder / str(data)) if data and p.is_file()]
    return Setup((), str(folder), "ultralytics", dict(settings), tuple(sets[:1]))


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
