"""The history that a recording holds: what frameworks logged while it was made, else the validations that it saw itself."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from traindx.core.history import History, history_of
from traindx.core.recording import Recording
from traindx.core.trend import has_other_parts
from traindx.readers import names, ultralytics
from traindx.readers.console_lines import EPOCH
from traindx.readers.console_reading import Reading
from traindx.readers.table import Row, as_shares, by_epoch
from traindx.readers.told import told_in

SOURCES = ("ultralytics", "lightning", "transformers", "timm", "accelerate", "wandb", "mlflow", "tensorboard", "coco")
"""Who is believed, in this order: the framework that trains before a logger that others are told through."""


def history_in(recording: Recording) -> History | None:
    """A row for each time that the model was validated, with the mean of the training losses since the last one.

    Metrics come from the first source of `SOURCES` that logged any of the validation set; where none did, loss and accuracy
    of the forward passes without gradients are taken, else what the training printed. Of a loss of several functions the sum
    and its weights are the script's own: what it printed comes first. None where it was never validated.
    """
    metrics = recording.lines.get("metric", ())
    for source in SOURCES:
        rows = list(_logged([line for line in metrics if line["source"] == source]))
        if any(name.startswith(("val/", "metric/")) for row in rows for name in row):
            return _history(rows, f"what {source} logged", recording)
    parted = has_other_parts(recording)
    printed, seen = _printed(recording), _seen(recording, loss=not parted)
    if printed and (parted or not seen or (_tells_metric(printed) and not _tells_metric(seen))):
        both = zip(seen, printed, strict=True) if len(seen) == len(printed) else (({}, row) for row in printed)
        return _history([{**told, **row} for told, row in both], "what the training printed", recording)
    return _history(seen, "forward passes without gradients", recording) if seen else None


def _tells_metric(rows: Sequence[Row]) -> bool:
    return any(name.startswith("metric/") and row[name] is not None for row in rows for name in row)


def _history(rows: Sequence[Row], tool: str, recording: Recording) -> History:
    notes: list[str] = []
    if all(row.get("epoch") is not None for row in rows):
        rows, notes = by_epoch(rows)
    else:
        rows = [{**row, "epoch": float(number)} for number, row in enumerate(rows, 1)]
    rows, scaled = as_shares(list(rows))
    told = recording.lines.get("settings", ())
    plan = ultralytics.plan_of(told[-1]["values"] if told else {})
    heard = told_in(recording)
    return history_of(rows, source=recording.folder, tool=tool, notes=[*notes, *scaled], told=heard, **plan)


def _logged(lines: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """A row per validation: it ends where, after values of the validation set, something of a later step or epoch is logged."""
    columns = _columns(lines)
    row: Row = {}
    losses: dict[str, list[float]] = {}
    validated_at: tuple[int, float | None] | None = None
    for line in lines:
        column = columns.get(line["name"])
        if column is None or line["value"] is None:
            continue
        at = int(line["step"]), line.get("epoch")
        if validated_at is not None and at != validated_at:
            yield row
            row, losses, validated_at = {}, {}, None
        if column.startswith("train/"):
            losses.setdefault(column, []).append(float(line["value"]))
            row[column] = float(np.mean(losses[column]))
        else:
            row[column] = float(line["value"])
        if column.startswith(("val/", "metric/")):
            validated_at = at
            row["seconds"] = float(line["time"])
            if line.get("epoch") is not None:
                row["epoch"] = float(np.ceil(round(float(line["epoch"]), 6)))
    if validated_at is not None:
        yield row


def _columns(lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The history's column of each name that has one; of two names for one column, the mean of an epoch and validation."""
    ambiguous = {line["name"] for line in lines if not line.get("validating")}
    chosen: dict[str, str] = {}
    for name in sorted({line["name"] for line in lines}, key=lambda n: (not n.endswith("_epoch"), not _is_val(n))):
        column = ultralytics.meaning(name) if "/" in name else None
        column = column or names.meaning(names.split_first(name.removesuffix("_step")))
        if column in (None, "epoch", "seconds") or column in chosen.values():
            continue
        if column.startswith("metric/") and not _is_val(name) and name in ambiguous:
            continue  # a metric without a prefix that was logged during training, too
        chosen[name] = column
    return chosen


def _is_val(name: str) -> bool:
    return names.is_validation(names.split_first(name)) or name.startswith("metrics/")


def _printed(recording: Recording) -> list[Row]:
    """The rows that the printed lines tell, as a console log's; where no line tells an epoch, each validation is one.

    None that tell nothing of a validation.
    """
    lines, reading = recording.lines.get("printed", ()), Reading()
    numbered = any(EPOCH.search(line["text"]) for line in lines)
    validated = sorted({line["step"] for line in lines if line.get("validating")})
    for line in lines:
        if not numbered:
            reading.epoch = float(bisect_left(validated, line["step"]) + 1)
        reading.take(line["text"], validated=bool(line.get("validating")))
    rows = reading.finished()
    return rows if any(name.startswith(("val/", "metric/")) for row in rows for name in row) else []


def _seen(recording: Recording, *, loss: bool) -> list[Row]:
    """A row per validation of several batches that the recorder saw; without `loss` their accuracy alone."""
    rows: list[Row] = []
    after = -1
    for validation in recording.validations:
        value = validation.loss if loss else None
        if validation.batches < 2 or (value is None and validation.accuracy is None):
            continue
        between = recording.loss[(recording.step > after) & (recording.step <= validation.step)]
        known = between[~np.isnan(between)]
        row: Row = {"val/loss": value, "metric/accuracy": validation.accuracy}
        if len(known):
            row["train/loss"] = float(np.mean(known))
        rows.append(row)
        after = validation.step
    return rows
