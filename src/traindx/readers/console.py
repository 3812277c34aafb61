"""Console logs of the usual loops: what print, tqdm, Keras, Lightning, timm and the reference scripts write line by line.

Understood are lines with an epoch (`Epoch 3/10`, `Epoch: [3][ 10/100]`, `'epoch': 1.5`) and names with numbers
(`val_loss: 0.41`, `Train Loss 0.5 (0.6)`, `Accuracy: 9832/10000 (98%)`, ` * Acc@1 71.2`), COCO's summary, and YOLO's table.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.number import number_of
from traindx.readers.console_lines import EPOCH, ending_of, logical_lines
from traindx.readers.console_pairs import columns_in, split_in
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares, by_epoch

NAMES = ("*.log", "*.out", "log*.txt", "train*.txt", "stdout*", "output*.txt", "nohup*", "files/output.log")
SUFFIXES = (".log", ".txt", ".out", ".err", "")
LARGEST = 200_000_000
"""A larger file is not read: the log of a million lines is smaller."""

_COCO = re.compile(r"Average Precision .*IoU=0\.50(:0\.95)?\s*\|\s*area=\s*all.*=\s*(-?[\d.]+)\s*$")
_COCO_ANY = re.compile(r"Average (?:Precision|Recall) .*IoU=")
_YOLO_HEAD = re.compile(r"^\s*Epoch\s+gpu_mem\s+(.+)$", re.IGNORECASE)
_YOLO_ROW = re.compile(r"^\s*(\d+)/(\d+)\s+[\d.]+[GMK]?B?\s+([-+\d.eEnaif\s]+)")
_YOLO_ALL = re.compile(r"^\s*all\s+\d+\s+\d+((?:\s+[\d.eE+-]+){4})")
_YOLO_METRICS = ("precision", "recall", "mAP50", "mAP50-95")


def read_console(path: Path) -> Facts | None:
    """`history` of a console log, or of the first in a folder that is one; None if no line of it could be understood."""
    for log in _logs_in(path):
        lines = list(logical_lines(_text_of(log)))
        reading = Reading()
        for _, line in lines:
            reading.take(line)
        rows, notes = by_epoch(reading.finished())
        rows, scaled = as_shares(rows)
        ending = ending_of(lines)
        if rows or (ending is not None and path == log):
            history = history_of(
                rows,
                source=str(log),
                tool="a console log",
                planned_epochs=reading.planned,
                ending=ending,
                notes=[*notes, *scaled],
            )
            return {"history": history}
    return None


CONSOLE = Reader(
    "console logs", "a .log, .txt or .out with lines such as `Epoch 3/10 loss: 0.53 val_loss: 0.61`", read_console, 40
)


def _logs_in(path: Path) -> list[Path]:
    """The file itself, or the five largest of a folder that are called like console logs."""
    if path.is_file():
        return [path] if path.suffix.lower() in SUFFIXES and path.stat().st_size <= LARGEST else []
    found = {p: p.stat().st_size for pattern in NAMES for p in path.glob(pattern) if p.is_file()}
    fit = [p for p, size in found.items() if 0 < size <= LARGEST and p.suffix.lower() in SUFFIXES]
    return sorted(fit, key=lambda p: (-found[p], p.name))[:5]


def _text_of(log: Path) -> str:
    """The text of a log in utf-8, or in utf-16 as PowerShell writes it; empty for a file that is no text."""
    data = log.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return "" if data[:4096].count(0) > 8 else data.decode("utf-8-sig", "replace").replace("\r\n", "\n")


@dataclass
class Reading:
    """Reads a log line by line. What has been read so far: the epoch and the split that the next lines belong to, and the rows."""

    epoch: float | None = None
    planned: int | None = None
    section: str = ""
    yolo: tuple[str, ...] = ()
    rows: list[tuple[Row, bool]] = field(default_factory=list)

    def take(self, line: str, *, validated: bool = False) -> None:
        """Read one line; `validated`: it is known to have been written right after a validation."""
        if head := _YOLO_HEAD.match(line):
            self.yolo = tuple(head[1].split())
        if head or (_COCO_ANY.search(line) and not _COCO.search(line)):
            return
        row, tested = self._table(line), False
        if not row:
            self._step_to(line)
            found = [] if "train_runtime" in line else list(columns_in(line, self.section, validated=validated))
            row = {name: value for name, value, _ in reversed(found)}
            tested = any(of_test for _, _, of_test in found)
            self.section = self.section if found else split_in(line) or self.section
        if row:
            self.rows.append(({"epoch": self.epoch, **row}, tested))

    def finished(self) -> list[Row]:
        """The rows from the first epoch on; a test in fewer than half of the epochs came after training, and is left out."""
        known = [(row, tested) for row, tested in self.rows if row["epoch"] is not None]
        epochs = {row["epoch"] for row, _ in known}
        with_test = len({row["epoch"] for row, tested in known if tested})
        often = 2 * with_test >= len(epochs) and (with_test > 1 or len(epochs) == 1)
        return [row for row, tested in known if often or not tested]

    def _step_to(self, line: str) -> None:
        found = EPOCH.search(line)
        if found is None:
            return
        epoch = float(math.ceil(float(found[1])))
        if epoch != self.epoch:
            self.section = ""
        self.epoch = epoch
        if found[2] is not None and int(found[2]) >= epoch:
            self.planned = int(found[2])

    def _table(self, line: str) -> Row:
        """A line of COCO's summary or of YOLO's table."""
        if found := _COCO.search(line):
            return {f"metric/{'mAP50-95' if found[1] else 'mAP50'}": number_of(found[2])}
        if found := _YOLO_ALL.match(line):
            cells = map(number_of, found[1].split())
            return {f"metric/{name}": value for name, value in zip(_YOLO_METRICS, cells, strict=True)}
        found = _YOLO_ROW.match(line) if self.yolo else None
        if found is None:
            return {}
        self.epoch, self.planned = float(found[1]), int(found[2]) + (self.planned is None and found[1] == "0")
        named = zip(self.yolo, map(number_of, found[3].split()), strict=False)
        losses = {n.removesuffix("_loss"): v for n, v in named if n.endswith("loss") or n in ("box", "obj", "cls")}
        return {f"train/{name}": value for name, value in losses.items()}
