"""Tables that are printed row by row under one head: fastai, skorch, rich, markdown, a data frame, columns between tabs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from traindx.core.number import number_of
from traindx.readers.names import is_validation, meaning
from traindx.readers.table import Row

_RULE = re.compile(r"[\s|+:=\-─━═┃│┡┢╇┩┠╂┨┏┳┓├┼┤╞╪╡]*$")
_NO_HEAD = re.compile(r"\d\.\d|[:=]")
_EDGES = re.compile(r"[|│┃║]")


@dataclass
class Tables:
    """The head of the table that the next lines belong to, if any, and how its cells are told apart."""

    columns: list[str | None] = field(default_factory=list)
    parted_by: str = ""
    rows: int = 0

    def take(self, line: str) -> Row | None:
        """The row in a line; empty for a head or a rule of a table, None for a line of no table."""
        if self.columns and _RULE.fullmatch(line):
            return {}
        if self.columns and (row := self._row(line)) is not None:
            self.rows += 1
            return row
        return {} if self._head(line) else None

    def _head(self, line: str) -> bool:
        if len(line) > 2000 or _NO_HEAD.search(line) or "loss" not in line.lower():
            return False
        for parted_by in (r"\s*[|│┃║]\s*", r"\t", r"\s*[,;]\s*", r"\s{2,}", r"\s+"):
            names = _cells(line, parted_by)
            if len(names) >= 3 and all(names):
                columns = _columns(names)
                if _tells(names, columns):
                    self.columns, self.parted_by, self.rows = columns, parted_by, 0
                    return True
        return False

    def _row(self, line: str) -> Row | None:
        """The numbers of a line with as many cells as the head has, an index before them or some missing at its end."""
        by_edges = bool(_EDGES.search(line)) or not self.parted_by.startswith(r"\s{2")
        cells = _cells(line, self.parted_by if by_edges else r"\s+")
        if len(cells) == len(self.columns) + 1 and not _EDGES.search(line):
            cells = cells[1:]
        known = sum(column is not None for column in self.columns)
        if not known <= len(cells) <= len(self.columns) + 1:
            return None
        row: Row = {}
        for column, cell in zip(self.columns, cells, strict=False):
            if column is None:
                continue
            value = number_of(cell.rstrip("%✓*").strip())
            if value is None and cell.lower() not in ("", "-", "none", "n/a"):
                return None
            row[column] = value / 100 if value is not None and cell.endswith("%") and "metric" in column else value
        if "epoch" not in self.columns:
            row["epoch"] = float(self.rows + 1)
        return row


def _cells(line: str, parted_by: str) -> list[str]:
    return re.split(parted_by, _EDGES.sub("|", line).strip().strip("|").strip().rstrip(",;"))


def _columns(names: list[str]) -> list[str | None]:
    """What each column is, None for one that is not used; of two for one quantity, the one of validation."""
    found = [meaning(re.sub(r"\s+", "_", name.rstrip("."))) for name in names]
    return [
        None
        if known is not None and any(found[j] == known and _before(names, j, i) for j in range(len(names)))
        else known
        for i, known in enumerate(found)
    ]


def _before(names: list[str], j: int, i: int) -> bool:
    return (not is_validation(names[j]), j) < (not is_validation(names[i]), i)


def _tells(names: list[str], columns: list[str | None]) -> bool:
    """Whether these are the names of a table of epochs: an epoch and a loss, or three columns that are known."""
    known = [column for column in columns if column is not None]
    losses = any(column.startswith(("train/", "val/")) for column in known)
    return losses and (len(known) >= 2 if "epoch" in known else len(known) >= 3 and len(known) >= 0.6 * len(names))
