"""Reads a console log line by line: what has been read so far, and the epoch and the split that the next lines belong to."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from traindx.core.number import number_of
from traindx.readers.console_lines import EPOCH
from traindx.readers.console_pairs import Pair, columns_in, split_in
from traindx.readers.console_tables import Tables
from traindx.readers.table import Row

_COCO = re.compile(r"Average Precision .*IoU=0\.50(:0\.95)?\s*\|\s*area=\s*all.*=\s*(-?[\d.]+)\s*$")
_COCO_ROW = re.compile(r"^epoch:\s*(\d+)\s+((?:-?[01]\.\d+\s+){12})(\d+\.\d+|nan|inf)\s+(\S+)\s*$")
"""COCO's twelve numbers, the mean loss and the rate, as many loops over torchvision's detectors write them."""

_COCO_ANY = re.compile(r"Average (?:Precision|Recall) .*IoU=")
_YOLO_HEAD = re.compile(r"^\s*Epoch\s+gpu_mem\s+(.+)$", re.IGNORECASE)
_YOLO_ROW = re.compile(r"^\s*(\d+)/(\d+)\s+[\d.]+[GMK]?B?\s+([-+\d.eEnaif\s]+)")
_YOLO_ALL = re.compile(r"^\s*all\s+\d+\s+\d+((?:\s+[\d.eE+-]+){4})")
_YOLO_METRICS = ("precision", "recall", "mAP50", "mAP50-95")
_DARKNET = re.compile(r"^\s*\d+: \S+, (\S+) avg(?: loss)?, (\S+) rate")
_DARKNET_MAP = re.compile(r"mean average precision \(mAP@0\.50?\)\s*=\s*([\d.]+)")
_DETECTRON = re.compile(r"copypaste: ([\d.]+|nan),([\d.]+|nan),")
_LOOKS_BACK = re.compile(r"\b(?:best|highest|lowest|observed|loaded|checkpoint)\b[^|,;]*$", re.IGNORECASE)
"""Words before an epoch that is not the one at hand: `Best results observed at epoch 35`."""

_PLAN = re.compile(r"\bepochs\s*=\s*\d+(?!.*loss)", re.IGNORECASE)
"""A setting, such as `epochs=120`, of a line that tells no loss."""

_SUMMARY = re.compile(r"\b(?:avg|average|mean|results?|summary|total|end of)\b", re.IGNORECASE)
_BAR = re.compile(r"(?<![\d/])\d+/(\d+)(?:\s|$)")


@dataclass
class Reading:
    """Reads a log line by line. `mark` says how a line tells its epoch, `step` how it tells its step where that is asked for."""

    mark: re.Pattern[str] = EPOCH
    step: re.Pattern[str] | None = None
    epoch: float | None = None
    planned: int | None = None
    section: str = ""
    yolo: tuple[str, ...] = ()
    rows: list[tuple[Row, bool]] = field(default_factory=list)
    settled: dict[tuple[float, str], int] = field(default_factory=dict)
    tables: Tables = field(default_factory=Tables)
    bars: list[str] = field(default_factory=list)
    at: float | None = None

    def take(self, line: str, *, validated: bool = False) -> None:
        """Read one line; `validated`: it is known to have been written right after a validation."""
        if head := _YOLO_HEAD.match(line):
            self.yolo = tuple(head[1].split())
        if head or (_COCO_ANY.search(line) and not _COCO.search(line)):
            return
        row, tested = self._written_by_tools(line), False
        table = None if row else self.tables.take(line)
        if table is not None:
            row = table
            self.epoch = row.get("epoch", self.epoch)
        elif not row:
            row, tested = self._told(line, validated)
        if row:
            self.rows.append(({"epoch": self.epoch, **row} | ({} if self.step is None else {"step": self.at}), tested))

    def finished(self) -> list[Row]:
        """The rows from the first epoch on; a test in fewer than half of the epochs came after training, and is left out.

        Of a training loss that an epoch's summary tells, or that is a mean so far, the last one counts alone.
        """
        known = [(i, row, tested) for i, (row, tested) in enumerate(self.rows) if row["epoch"] is not None]
        epochs = {row["epoch"] for _, row, _ in known}
        with_test = len({row["epoch"] for _, row, tested in known if tested})
        often = 2 * with_test >= len(epochs) and (with_test > 1 or len(epochs) == 1)
        return [self._settled(i, row) for i, row, tested in known if often or not tested]

    def _settled(self, i: int, row: Row) -> Row:
        epoch = float(row["epoch"] or 0)
        return {name: value for name, value in row.items() if self.settled.get((epoch, name), i) == i}

    def _told(self, line: str, validated: bool) -> tuple[Row, bool]:
        """What the names and numbers of a line tell, and whether it is of the test set."""
        self._step_to(line)
        if "train_runtime" in line:
            return {}, False
        found = list(columns_in(line, self.section or self._second_bar(line), validated=validated))
        self.section = self.section if found else split_in(line) or self.section
        self._settle(line, found)
        row: Row = {name: pair.value for name, pair in reversed(found)}
        row |= {
            name: pair.value for name, pair in reversed(found) if not pair.name.endswith("_step")
        }  # of an epoch, if any
        return row, any(pair.split == "test" for _, pair in found)

    def _settle(self, line: str, found: list[tuple[str, Pair]]) -> None:
        """Mark the training columns of a line that stand for the whole epoch so far."""
        summary = any(name.startswith("val/") for name, _ in found) or _SUMMARY.search(line) is not None
        for name, pair in found:
            if name.startswith("train") and (summary or pair.mean) and self.epoch is not None:
                self.settled[self.epoch, name] = len(self.rows)

    def _second_bar(self, line: str) -> str:
        """`val` for a progress bar that counts to another number than the first of its epoch: training, then validation."""
        counted = _BAR.findall(line) if "|" in line or "[" in line else []
        if not counted or self.mark.search(line) or split_in(line):
            return ""
        self.bars.append(counted[-1])
        return "val" if counted[-1] != self.bars[0] else ""

    def _step_to(self, line: str) -> None:
        if self.step is not None and (step := self.step.search(line)):
            self.at, self.section = float(next(n for n in step.groups() if n is not None)), ""
        found = self.mark.search(line)
        if found is None or _LOOKS_BACK.search(line[: found.start()]) or _PLAN.search(line):
            return
        epoch = float(math.ceil(float(found[1])))
        if epoch != self.epoch:
            self.section, self.bars = "", []
        self.epoch = epoch
        planned = found[2] if self.mark.groups > 1 else None
        if planned is not None and int(planned) >= epoch:
            self.planned = int(planned)

    def _written_by_tools(self, line: str) -> Row:
        """A line of COCO's summary, of YOLO's table, of Darknet or of Detectron2's results."""
        if found := _COCO.search(line):
            return {f"metric/{'mAP50-95' if found[1] else 'mAP50'}": number_of(found[2])}
        if found := _COCO_ROW.match(line):
            self.epoch = float(found[1])
            mean, half, *_ = map(number_of, found[2].split())
            told = {"train/loss": number_of(found[3]), "lr/0": number_of(found[4])}
            return {"metric/mAP50-95": mean, "metric/mAP50": half, **told}
        if found := _DARKNET.match(line):
            self._step_to(line)
            return {"train/loss": number_of(found[1]), "lr/0": number_of(found[2])}
        if found := _DARKNET_MAP.search(line):
            return {"metric/mAP50": number_of(found[1])}
        if found := _DETECTRON.search(line):
            mean, half = (None if value is None else value / 100 for value in map(number_of, found.groups()))
            return {"metric/mAP50-95": mean, "metric/mAP50": half}
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
