"""What would be repaired in a dataset, as edits: the steps over its boxes, and the rows that are none put right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from traindx.core.dataset import Dataset
from traindx.core.edit import Edit
from traindx.repair.row_text import corrected
from traindx.repair.steps import ENTRY_STEPS, YOLO_STEPS
from traindx.repair.work import Row, Texts, Wanted, Work

REPAIRS = ("malformed-rows", *dict.fromkeys((*YOLO_STEPS, *ENTRY_STEPS)), "labels-not-found", "damaged-pictures")
"""The names of all repairs; `malformed-rows` goes first, the last two concern whole files."""


@dataclass(frozen=True)
class Plan:
    """Edits by file (in the order of their lines); label files to be taken from elsewhere; pictures to be left out.

    `recoded` are files whose bytes are no UTF-8 and will be.
    """

    files: Mapping[str, Sequence[Edit]] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    recoded: frozenset[str] = frozenset()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits, file by file."""
        return tuple(edit for edits in self.files.values() for edit in edits)


def plan(
    dataset: Dataset,
    *,
    unsafe: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    repairs: Collection[str] = REPAIRS,
    only: Collection[tuple[str, int]] | None = None,
) -> Plan:
    """What is to be repaired: the `repairs` by name, for checks whose code begins with a prefix in `select` (empty: all)
    and with none in `ignore`.

    `unsafe`: also what deletes or guesses. `only`: edits at these files and lines alone, to ask what they would be. Reads
    label files, changes nothing. A file that cannot be read is left alone.
    """

    def wanted(code: str, safe: bool) -> bool:
        chosen = (not select or code.startswith(tuple(select))) and not code.startswith(tuple(ignore))
        return (unsafe or safe) and chosen

    texts = Texts(dataset)
    work = Work(dataset)
    if dataset.format == "yolo" and "malformed-rows" in repairs:
        work.add(_corrected_rows(dataset, texts, wanted))
    steps = YOLO_STEPS if dataset.format == "yolo" else ENTRY_STEPS
    for name, step in steps.items():
        if name in repairs:
            work.take(step, wanted)
    files: dict[str, list[Edit]] = {}
    for edit in work.edits(texts, only):
        files.setdefault(edit.path, []).append(edit)
    ordered = {path: sorted(edits, key=lambda e: (e.line, e.id)) for path, edits in sorted(files.items())}
    found = {} if "labels-not-found" not in repairs or not wanted("D201", False) else dict(dataset.labels_elsewhere)
    leaves_out = "damaged-pictures" in repairs and wanted("D101", False)
    return Plan(
        ordered,
        found,
        _damaged(dataset) if leaves_out else frozenset(),
        frozenset(path for path in ordered if texts.recoded(path)),
    )


def _damaged(dataset: Dataset) -> frozenset[int]:
    """Pictures that are there and damaged."""
    images = dataset.images
    damaged = np.flatnonzero(images.damage != "").tolist()
    return frozenset(i for i in damaged if Path(dataset.absolute(str(images.path[i]))).is_file())


def _corrected_rows(dataset: Dataset, texts: Texts, wanted: Wanted) -> list[Row]:
    """The rows of kind malformed, mixed and encoding; of a file in another encoding, every row."""
    rows = dataset.rows
    found: list[Row] = []
    for path, line, kind, image in zip(
        rows.label_path, rows.line.tolist(), rows.kind, rows.image.tolist(), strict=True
    ):
        if kind not in ("malformed", "mixed", "encoding") or (text := texts(str(path))) is None:
            continue
        lines = text.lines
        numbers = range(1, len(lines) + 1) if kind == "encoding" else [line]
        for number in numbers:
            before = lines[number - 1] if number <= len(lines) else ""
            if before.strip():
                after = corrected(before, dataset.names)
                found.append(Row(str(path), number, image, after.text, after.safe, before))
    whole = {row.path for row in found if not row.safe and texts.recoded(row.path)}
    safe = [replace(row, safe=row.safe and row.path not in whole) for row in found]
    return [row for row in safe if wanted("D203", row.safe)]
