"""Hugging Face Trainer: trainer_state.json in an output folder, or in its latest checkpoint."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.setup import Setup
from traindx.errors import TraindxError
from traindx.readers.names import meaning
from traindx.readers.reader import Reader
from traindx.readers.table import Row, by_epoch
from traindx.readers.windows import by_validation

FILE = "trainer_state.json"
_SETTINGS = (
    "num_train_epochs",
    "max_steps",
    "train_batch_size",
    "eval_steps",
    "logging_steps",
    "best_model_checkpoint",
)
FEW = 5
"""Epochs under which evaluations are counted instead, if there are so many."""


def read_state(path: Path) -> Facts | None:
    """`history` and `setup`; None if the path holds no trainer_state.json. Raises `TraindxError` if that file is broken.

    The Trainer logs at steps, with a broken number as epoch: an entry belongs to the epoch that it lies in, its training
    losses are averaged, and of several evaluations in an epoch the last one counts. In a run of a few long epochs each
    evaluation ends a row.
    """
    file = path if path.name == FILE else _latest(path) if path.is_dir() else None
    if file is None or not file.is_file():
        return None
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
        entries = [_row(entry) for entry in state["log_history"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TraindxError(f"{file} is no state of a Trainer", f"{type(error).__name__}: {error}") from error
    rows, notes = by_epoch([row for row in entries if len(row) > 1])
    if not rows:
        raise TraindxError(f"{file} has an empty log_history", "the run ended before it logged anything")
    planned = state.get("num_train_epochs")
    if len(rows) < FEW and (often := _by_evaluation(state["log_history"], entries)) is not None:
        rows, notes, planned = *often, None
    history = history_of(
        rows,
        source=str(file),
        tool="Hugging Face Trainer",
        planned_epochs=planned if isinstance(planned, int) else None,
        notes=notes,
    )
    settings = {name: state[name] for name in _SETTINGS if state.get(name) is not None}
    return {"history": history, "setup": Setup((), str(file.parent), "huggingface", settings)}


HUGGING_FACE = Reader("Hugging Face Trainer", f"a folder with {FILE}, or with checkpoints that hold it", read_state, 5)


def _latest(folder: Path) -> Path | None:
    if (folder / FILE).is_file():
        return folder / FILE
    numbered = [(int(p.parent.name.rpartition("-")[2]), p) for p in folder.glob(f"checkpoint-*[0-9]/{FILE}")]
    return max(numbered)[1] if numbered else None


def _by_evaluation(written: Sequence[Mapping[str, Any]], entries: Sequence[Row]) -> tuple[list[Row], list[str]] | None:
    """Rows that end with an evaluation each, where there are `FEW` of them and more; None otherwise."""
    if sum("eval_loss" in entry for entry in written) < FEW:
        return None
    pairs = ((entry, row) for entry, row in zip(written, entries, strict=True) if len(row) > 1 and "step" in entry)
    stepped: list[Row] = [
        {"step": float(entry["step"]), **{n: v for n, v in row.items() if n != "epoch"}} for entry, row in pairs
    ]
    rows, notes = by_validation(stepped)
    return rows, [*notes, "the Trainer evaluated several times in an epoch"]


def _row(entry: Mapping[str, Any]) -> Row:
    """An entry of log_history; the summary at the end (`train_loss`, `train_runtime`) is left out."""
    if "epoch" not in entry or "train_runtime" in entry:
        return {}
    row: Row = {"epoch": float(max(1, math.ceil(round(float(entry["epoch"]), 6))))}
    for name, value in entry.items():
        known = meaning(name)
        if known not in (None, "epoch") and isinstance(value, (int, float)):
            row[str(known)] = float(value)
    if row.get("train/loss") == 0 and math.isnan(float(entry.get("grad_norm") or 0)):
        row["train/loss"] = math.nan  # the Trainer writes 0 where it filtered nan out
    return row
