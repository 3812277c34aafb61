"""The boxes of a dataset while repairs change them, and the edits that result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from traindx.core.dataset import Boxes, Dataset, Floats, Ints
from traindx.core.edit import Edit, Shares
from traindx.repair.label_text import LabelText, label_text
from traindx.repair.steps import Revision, Step

SIDES = ("x", "y", "w", "h")
Wanted = Callable[[str, bool], bool]
"""Whether a repair for a check's code, safe or not, is wanted."""


class Texts:
    """The label files' texts, read when they are asked for."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset, self._read = dataset, dict[str, LabelText | None]()

    def __call__(self, path: str) -> LabelText | None:
        if path not in self._read:
            try:
                self._read[path] = label_text(Path(self._dataset.absolute(path)).read_bytes())
            except OSError:
                self._read[path] = None
        return self._read[path]

    def recoded(self, path: str) -> bool:
        text = self._read.get(path)
        return text is not None and not text.legible


@dataclass(frozen=True)
class Row:
    """A row that was no box: its place, and what becomes of it (None: it goes)."""

    path: str
    line: int
    image: int
    after: str | None
    safe: bool
    before: str


class Work:
    """The boxes while the steps change them, with what was done to each."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._boxes = dataset.boxes
        self._alive = np.ones(len(dataset.boxes), dtype=bool)
        self._safe = np.ones(len(dataset.boxes), dtype=bool)
        self._codes: dict[int, list[str]] = {}
        self._rows: list[Row] = []
        self._corrected: dict[int, Row] = {}
        self._at: Counter[tuple[str, int]] = Counter()
        self._before = self._after = np.zeros((0, 5))

    def add(self, rows: list[Row]) -> None:
        """Rows that were none become boxes where they can, so that the steps see them."""
        self._rows = [row for row in rows if row.after is None]
        kept = [row for row in rows if row.after is not None]
        if not kept:
            return
        values = np.array([list(map(float, str(row.after).split()[:5])) for row in kept]).reshape(-1, 5)
        b, old = self._boxes, len(self._boxes)
        more = {"image": [r.image for r in kept], "line": [r.line for r in kept], "id": [-1] * len(kept)}
        columns = {name: np.append(getattr(b, name), np.array(new, dtype=np.int64)) for name, new in more.items()}
        columns |= {n: np.append(getattr(b, n), values[:, k]) for k, n in enumerate(("class_id", *SIDES))}
        paths = np.array([r.path for r in kept], dtype=object)
        self._boxes = Boxes(label_path=np.append(b.label_path, paths), **columns)
        self._alive = np.append(self._alive, np.ones(len(kept), dtype=bool))
        self._safe = np.append(self._safe, np.array([r.safe for r in kept], dtype=bool))
        self._codes |= {old + n: ["D203"] for n in range(len(kept))}
        self._corrected = {old + n: row for n, row in enumerate(kept)}

    def take(self, step: Step, wanted: Wanted) -> None:
        """Carry out what is wanted of a step."""
        origin = np.flatnonzero(self._alive)
        b = self._boxes
        some = len(origin) < len(b)
        left = Boxes(**{name: getattr(b, name)[origin] for name in Boxes.__dataclass_fields__}) if some else b
        for revision in step(replace(self._dataset, boxes=left)):
            if len(revision.index) and wanted(revision.code, revision.safe):
                self._revise(revision, origin[revision.index])

    def _revise(self, revision: Revision, index: Ints) -> None:
        if revision.columns is None:
            self._alive[index] = False
        else:
            changed: dict[str, Any] = {}
            for name, values in revision.columns.items():
                changed[name] = getattr(self._boxes, name).copy()
                changed[name][index] = values
            self._boxes = replace(self._boxes, **changed)
        self._safe[index] &= revision.safe
        for i in index.tolist():
            self._codes.setdefault(i, []).append(revision.code)

    def edits(self, texts: Texts, only: Collection[tuple[str, int]] | None) -> Iterator[Edit]:
        """An edit for every row (of those at the files and lines in `only`) that changed or goes; a shared row has one."""
        for row in self._rows:
            if only is None or (row.path, row.line) in only:
                yield Edit(row.path, row.line, row.before, None, ("D203",), row.safe, image=row.image)
        if not self._codes:
            return
        if self._dataset.format != "yolo":
            self._at = Counter(zip(map(str, self._boxes.label_path), self._boxes.line.tolist(), strict=True))
        b = self._boxes
        self._after, self._before = _numbers(b), _numbers(self._dataset.boxes)
        touched = np.array(sorted(self._codes), dtype=np.int64)
        places = zip(b.label_path[touched], b.line[touched].tolist(), b.id[touched].tolist(), strict=True)
        done: set[tuple[str, int, int]] = set()
        for i, place in zip(touched.tolist(), places, strict=True):
            if place not in done and (only is None or place[:2] in only):
                done.add(place)
                edit = self._edit(i, texts) if self._dataset.format == "yolo" else self._entry_edit(i)
                if edit is not None and (edit.after != edit.before or texts.recoded(edit.path)):
                    yield edit

    def _edit(self, i: int, texts: Texts) -> Edit | None:
        path, line = str(self._boxes.label_path[i]), int(self._boxes.line[i])
        text = texts(path)
        if text is None:
            return None
        before = text.lines[line - 1]
        now = self._corrected[i].after if i in self._corrected else before
        after = _rewritten(str(now).removeprefix("\ufeff").split(), self._new(i), self._old(i))
        gone = not self._alive[i]
        if not gone and after is None:
            return None
        done = (path, line, before, None if gone else after, tuple(dict.fromkeys(self._codes[i])), bool(self._safe[i]))
        return Edit(*done, image=int(self._boxes.image[i]))

    def _entry_edit(self, i: int) -> Edit | None:
        b = self._boxes
        if b.id[i] < 0 and self._at[str(b.label_path[i]), int(b.line[i])] > 1:
            return None  # several objects on one line of an xml cannot be told apart
        before, after = (" ".join(f"{v:.6g}" for v in box[1:]) for box in (self._old(i), self._new(i)))
        gone = not self._alive[i]
        return Edit(
            str(b.label_path[i]),
            int(b.line[i]),
            f"box {before}",
            None if gone else f"box {after}",
            tuple(dict.fromkeys(self._codes[i])),
            bool(self._safe[i]),
            int(b.id[i]),
            int(b.image[i]),
            _shares(self._old(i)),
            None if gone else _shares(self._new(i)),
        )

    def _new(self, i: int) -> list[float]:
        return [float(v) for v in self._after[i]]

    def _old(self, i: int) -> list[float]:
        if i in self._corrected:
            return list(map(float, str(self._corrected[i].after).split()[:5]))
        return [float(v) for v in self._before[i]]


def _numbers(boxes: Boxes) -> Floats:
    """The five numbers of each box, (n, 5)."""
    return np.stack([getattr(boxes, name) for name in ("class_id", *SIDES)], axis=1)


def _shares(values: Sequence[float]) -> Shares:
    return values[1], values[2], values[3], values[4]


def _rewritten(fields: list[str], new: Sequence[float], old: Sequence[float]) -> str | None:
    """The row with the numbers that changed; None where the row has a shape that the box only encloses."""
    changed = [n for n in range(5) if new[n] != old[n]]
    if len(fields) != 5 and changed != [0] and changed:
        return None
    for n in changed:
        fields[n] = f"{new[n]:.10g}"
    return " ".join(fields)
