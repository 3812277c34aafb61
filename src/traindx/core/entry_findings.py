"""Findings for entries of json and xml: every one while they are few, one per picture when they are many, and a bound for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Picture, Place
from traindx.core.row_findings import EVERY_ROW, MOST, PICTURES

ENTRY_FORMATS = ("coco", "voc")
"""Formats whose labels are entries of json or xml; the others have rows of text."""


def entries_of(dataset: Dataset, *kinds: str) -> list[int]:
    """The entries of these kinds, as indices of `Rows`, in order of file and line."""
    rows = dataset.rows
    chosen = np.flatnonzero(np.isin(rows.kind.astype(str), kinds)) if len(rows) else np.zeros(0, dtype=np.int64)
    return sorted(chosen.tolist(), key=lambda i: (str(rows.label_path[i]), int(rows.line[i])))


def entry_findings(
    dataset: Dataset, wrong: Iterable[int], message: Callable[[int], str] | None = None, *, pictures: bool = False
) -> Iterator[Finding]:
    """Findings for the entries at `wrong`; the message is the entry's own reason unless `message` makes another.

    `pictures`: the first few show their picture.
    """
    rows, chosen = dataset.rows, list(wrong)
    said = message or (lambda i: str(rows.reason[i]))
    groups: dict[tuple[str, int, int], list[int]] = {}
    for i in chosen:
        own = i if len(chosen) <= EVERY_ROW else -1
        groups.setdefault((str(rows.label_path[i]), int(rows.image[i]), own), []).append(i)
    for n, members in enumerate(list(groups.values())[:MOST]):
        i = members[0]
        more = f" ({len(members):,} such entries of this picture)" if len(members) > 1 else ""
        rest = f" (and {len(groups) - MOST:,} more)" if n == MOST - 1 and len(groups) > MOST else ""
        shown = _picture(dataset, i) if pictures and n < PICTURES else ()
        yield Finding(place_of_entry(dataset, i), f"{said(i)}{more}{rest}", shown)


def place_of_entry(dataset: Dataset, row: int) -> Place:
    """File, line and picture, if there is one, of an entry."""
    rows, image = dataset.rows, int(dataset.rows.image[row])
    name = str(dataset.images.path[image]) if image >= 0 else None
    return Place(path=str(rows.label_path[row]), line=int(rows.line[row]) or None, image=name)


def _picture(dataset: Dataset, row: int) -> tuple[Picture, ...]:
    image = int(dataset.rows.image[row])
    if image < 0 or not dataset.images.width[image]:
        return ()
    path = str(dataset.images.path[image])
    return (Picture(dataset.absolute(path), (), path),)
