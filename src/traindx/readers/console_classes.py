"""Tables of single classes in a console log: scikit-learn's classification report, and Ultralytics' rows under `all`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from traindx.core.history import OfClass
from traindx.core.number import number_of

_REPORT = re.compile(r"^\s*precision\s+recall\s+f1-score\s+support\s*$")
_REPORT_ROW = re.compile(r"^\s*(\S.*?)\s+[01]\.\d+\s+([01]\.\d+)\s+[01]\.\d+\s+(\d+)\s*$")
_SUMMARY = re.compile(r"(?:micro|macro|weighted|samples) avg$")
_ALL = re.compile(r"^\s*all\s+\d+\s+\d+(?:\s+[\d.eE+-]+){4}\s*$")
_YOLO_ROW = re.compile(r"^\s*(\S.*?)\s+\d+\s+(\d+)\s+[\d.eE+-]+\s+([\d.eE+-]+)\s+[\d.eE+-]+\s+[\d.eE+-]+\s*$")


def classes_in(lines: Sequence[tuple[int, str]]) -> tuple[OfClass, ...]:
    """The classes of the last such table, with their samples in validation and the share that was found; empty without one."""
    heads = [i for i, (_, line) in enumerate(lines) if _REPORT.match(line) or _ALL.match(line)]
    for start in reversed(heads):
        if rows := _rows([line for _, line in lines[start + 1 :]], _REPORT.match(lines[start][1]) is not None):
            return rows
    return ()


def _rows(lines: Sequence[str], report: bool) -> tuple[OfClass, ...]:
    found: list[OfClass] = []
    for line in lines:
        row = (_REPORT_ROW if report else _YOLO_ROW).match(line)
        if row is None or _SUMMARY.search(row[1]):
            if line.strip():
                break
            continue
        count, recall = (row[3], row[2]) if report else (row[2], row[3])
        found.append(OfClass(row[1], int(count), number_of(recall) or 0.0))
    return tuple(found)
