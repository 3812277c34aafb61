"""Console logs of the usual loops: what print, tqdm, Keras, Lightning, timm and the reference scripts write line by line.

Understood are lines with an epoch (`Epoch 3/10`, `Epoch: [3][ 10/100]`, `'epoch': 1.5`) or a step, and names with numbers
(`val_loss: 0.41`, `Train Loss 0.5 (0.6)`, `Accuracy: 9832/10000 (98%)`, ` * Acc@1 71.2`), COCO's summary, YOLO's table, and
tables under a head. Words of other languages and decimal commas are read as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.readers.console_classes import classes_in
from traindx.readers.console_ending import ending_of
from traindx.readers.console_lines import (
    MARKS,
    STEP,
    device_in,
    logical_lines,
    says_adversary,
    says_no_labels,
    says_scale_gone,
    stops_early,
)
from traindx.readers.console_reading import Reading
from traindx.readers.console_scan import left_out_in
from traindx.readers.notebook_text import outputs_of
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares, by_epoch
from traindx.readers.windows import by_validation
from traindx.readers.words import decoded, in_english

NAMES = ("*.log", "*.out", "log*.txt", "train*.txt", "stdout*", "output*.txt", "nohup*", "files/output.log")
SUFFIXES = (".log", ".txt", ".out", ".err", "")
OTHERS = (
    ".csv",
    ".json",
    ".jsonl",
    ".yaml",
    ".yml",
    ".py",
    ".xml",
    ".html",
    ".toml",
    ".zip",
    ".gz",
    ".pt",
)
"""Files that are no console log, whatever they hold. A file that is named may have any other suffix."""

LARGEST = 400_000_000
"""A larger file is not read: the log of a million lines is smaller."""


def read_console(path: Path) -> Facts | None:
    """`history` of a console log, or of the first in a folder that is one; None if no line of it could be understood."""
    logs = _logs_in(path)
    for log in logs:
        lines = list(logical_lines(in_english(_text_of(log))))
        rows, notes, planned = _rows(lines)
        rows, scaled = as_shares(rows)
        ending = ending_of(lines)
        stopped = stops_early(lines)
        if stopped and planned is not None:
            notes, planned = [*notes, f"stopped early, as the log says, before epoch {planned}"], None
        if rows or (ending is not None and len(logs) == 1):
            history = history_of(
                rows,
                source=str(log),
                tool="a console log",
                planned_epochs=planned,
                ending=ending,
                no_labels=says_no_labels(lines),
                scale_gone=says_scale_gone(lines),
                device=device_in(lines),
                classes=classes_in(lines),
                adversarial=says_adversary(lines),
                stopped_early=stopped,
                left_out=left_out_in(lines),
                notes=[*notes, *scaled],
            )
            return {"history": history}
    return None


CONSOLE = Reader(
    "console logs", "text with lines such as `Epoch 3/10 loss: 0.53 val_loss: 0.61`, or a table", read_console, 40
)


def _rows(lines: Sequence[tuple[int, str]]) -> tuple[list[Row], list[str], int | None]:
    """Rows by epoch, notes and the planned epochs: by the first way of telling an epoch that the log has, else by steps."""
    for mark in MARKS:
        if mark is MARKS[0] or any(mark.search(line) for _, line in lines):
            reading = _read(lines, mark)
            if rows := reading.finished():
                return *by_epoch(rows), reading.planned
    stepped = [row for row, _ in _read(lines, MARKS[0], step=STEP).rows if row["step"] is not None]
    return *by_validation([{k: v for k, v in row.items() if k != "epoch"} for row in stepped]), None


def _read(lines: Sequence[tuple[int, str]], mark: re.Pattern[str], step: re.Pattern[str] | None = None) -> Reading:
    reading = Reading(mark, step)
    for _, line in lines:
        reading.take(line)
    return reading


def _logs_in(path: Path) -> list[Path]:
    """The file itself, or the five largest of a folder that are called like console logs, else its only text or notebook."""
    if path.is_file():
        return [path] if path.suffix.lower() not in OTHERS and path.stat().st_size <= LARGEST else []
    found = {p: p.stat().st_size for pattern in NAMES for p in path.glob(pattern) if p.is_file()}
    fit = [p for p, size in found.items() if 0 < size <= LARGEST and p.suffix.lower() in SUFFIXES]
    if not fit:
        own = [p for p in path.iterdir() if p.is_file() and not p.name.startswith(".")]
        notebooks = [p for p in own if p.suffix.lower() == ".ipynb"]
        fit = [
            p
            for p in own
            if ((len(own) == 1 and p.suffix.lower() in (*SUFFIXES, ".md")) or notebooks == [p])
            and 0 < p.stat().st_size <= LARGEST
        ]
        found = dict.fromkeys(fit, 0)
    return sorted(fit, key=lambda p: (-found[p], p.name))[:5]


def _text_of(log: Path) -> str:
    """The text of a log in utf-8, in utf-16 as PowerShell writes it, or in a code page; of a notebook what it put out."""
    data = log.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    text = "" if data[:4096].count(0) > 8 else decoded(data).replace("\r\n", "\n")
    return outputs_of(text) if log.suffix.lower() == ".ipynb" else text
