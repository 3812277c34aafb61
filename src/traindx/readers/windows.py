"""Values that were logged by step, as rows by epoch: by the epoch that was logged, else by validation, else by equal windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from traindx.readers.table import Row, by_epoch

WINDOWS = 40
"""Rows that a log of steps becomes in which nothing tells one epoch from the next."""


def by_validation(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """Rows with `step` (and `epoch`, where it was logged) as rows by epoch, and notes in words on what was decided.

    Where epochs were logged, a row without one belongs to the epoch logged last, or next where none was yet; where they were
    logged with validations alone, a row before one belongs to the epoch that it ends. Otherwise a
    validation ends an epoch; if training was not logged more often than validation, each step is one. A log of training
    steps alone becomes `WINDOWS` rows.
    """
    if any(row.get("epoch") is not None for row in rows):
        merged, notes = by_epoch(list(_with_epochs(rows)))
        return [_without_step(row) for row in merged], notes
    training = [row for row in rows if any(name.startswith("train/") for name in row)]
    validated = [row for row in rows if _validates(row)]
    if len(training) <= max(len(validated), WINDOWS) and (not validated or len(training) < 2 * len(validated)):
        return [_without_step(row) for row in by_epoch([{"epoch": row.get("step"), **row} for row in rows])[0]], []
    if len(validated) > 1:
        return _joined(rows, _ends_with_validation(rows)), ["an epoch here ends with a validation"]
    if len(training) <= WINDOWS:
        return [_without_step({"epoch": row.get("step"), **row}) for row in rows], []
    size = -(-len(rows) // WINDOWS)
    note = f"an epoch here is a window of {size} logged steps: the log has neither epochs nor validations"
    return _joined(rows, lambda i: (i + 1) % size == 0), [note]


def _with_epochs(rows: Sequence[Row]) -> Iterator[Row]:
    counted = [row for row in rows if row.get("epoch") is not None]
    if all(map(_validates, counted)) and len(counted) < len(rows) and not _validates(rows[0]):
        yield from _up_to_epochs(rows)
        return
    current = counted[0]["epoch"]
    for row in rows:
        current = row["epoch"] if row.get("epoch") is not None else current
        yield {**row, "epoch": current}


def _up_to_epochs(rows: Sequence[Row]) -> Iterator[Row]:
    """Rows of a log that writes its epoch with the validation at its end: those before it belong to it."""
    following: float | None = None
    numbered: list[Row] = []
    for row in reversed(rows):
        following = row["epoch"] if row.get("epoch") is not None else following
        numbered.append({**row, "epoch": following})
    last = max((epoch for row in rows if (epoch := row.get("epoch")) is not None), default=0.0)
    for row in reversed(numbered):
        yield row if row["epoch"] is not None else {**row, "epoch": last + 1}


def _ends_with_validation(rows: Sequence[Row]) -> Callable[[int], bool]:
    """Whether row `i` is the last of a validation: one of validation, before one that is of a later step and of training."""
    return lambda i: _validates(rows[i]) and (i + 1 == len(rows) or not _validates(rows[i + 1]))


def _joined(rows: Sequence[Row], ends: Callable[[int], bool]) -> list[Row]:
    """Rows numbered from 1, a new one after each that ends; what follows the last end is a row of its own."""
    number, numbered = 1, []
    for i, row in enumerate(rows):
        numbered.append({**row, "epoch": float(number)})
        number += ends(i)
    return [_without_step(row) for row in by_epoch(numbered)[0]]


def _validates(row: Row) -> bool:
    return any(name.startswith(("val/", "metric/")) for name in row)


def _without_step(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "step"}
