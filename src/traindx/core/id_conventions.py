"""Tells files whose class ids count from 1 from files of the same set whose ids count from 0, by contrast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.picture_groups import groupings

CHANCE = 1e-3
"""Probability below which the absence of id 0 is no chance."""

CELLS = 50_000_000
"""Cells of the table of pictures by classes; a larger one is not made (400 MB)."""


RARE = 0.1
"""Share of the usual class' pictures from which on an id is no stray one. A guess."""


def counts_from_one(dataset: Dataset, stray: float = 0.01) -> bool:
    """Whether ids run from 1 to n: id 0 is unused, at most the share `stray` lies outside 1..n, and id n is used like a class.

    It is, where other classes are as rare as it is, or where it stands in three pictures or more and in a tenth as many as
    the median class, or in ten and a hundredth of those with boxes. A few stray rows in a set without class 0 are not.
    """
    ids, n = dataset.boxes.class_id, dataset.num_classes
    if not n or not len(ids) or (ids == 0).any() or not (ids == n).any():
        return False
    within = (ids == np.floor(ids)) & (ids >= 1) & (ids <= n)
    if within.mean() < 1 - stray:
        return False
    cells = np.unique(dataset.boxes.image[within] * (n + 1) + ids[within].astype(np.int64))
    pictures = np.bincount(cells % (n + 1), minlength=n + 1)
    own, others = pictures[n], pictures[1:n][pictures[1:n] > 0]
    if (others <= own).sum() >= min(len(others), max(2, 0.05 * len(others))):
        return True
    labelled = len(np.unique(cells // (n + 1)))
    return bool(own >= 3 and own >= min(RARE * np.median(others), max(10, 0.01 * labelled)))


@dataclass(frozen=True)
class Shifted:
    """Pictures whose ids count from 1 while the others' count from 0.

    `name` says in words which they are, `chance` how probable it is that they merely lack class 0, `impossible` whether
    they use the id that equals the number of names. Without it, `witness` says what agrees with the others' boxes when
    shifted by one, `as_read` and `as_shifted` how far it is from them under each reading.
    """

    name: str
    images: Ints
    chance: float
    impossible: bool
    witness: str = ""
    as_read: float = 0.0
    as_shifted: float = 0.0


def shifted_ids(dataset: Dataset) -> Shifted | None:
    """The pictures whose ids count from 1, if some do and others do not; None where it is not certain."""
    n, ids = dataset.num_classes, dataset.boxes.class_id
    if n < 2 or not len(ids) or len(dataset.images) * (n + 1) > CELLS or not (ids == 0).any():
        return None
    if not (ids == n).any() and all(_has_zeros(dataset, names, group) for names, group in groupings(dataset)):
        return None
    legal = (ids == np.floor(ids)) & (ids >= 0) & (ids <= n)
    cells = dataset.boxes.image[legal] * (n + 1) + ids[legal].astype(np.int64)
    table = np.bincount(cells, minlength=len(dataset.images) * (n + 1)).reshape(-1, n + 1)
    labelled = np.flatnonzero(table.sum(axis=1) > 0)
    found = [s for names, group in groupings(dataset) for s in _groups(dataset, table, labelled, names, group)]
    if found:  # the parting that holds most of the impossible ids, and then the smallest
        return max(found, key=lambda s: (table[s.images, n].sum(), -len(s.images)))
    return _files(table, labelled) if (ids == n).any() else None


def _has_zeros(dataset: Dataset, names: list[str], group: Ints) -> bool:
    """Whether each group of a parting has a box of id 0: then none counts from 1."""
    zeros = next(own for class_id, own in dataset.boxes.by_class if class_id == 0)
    return bool(np.bincount(group[dataset.boxes.image[zeros]], minlength=len(names)).all())


def _groups(dataset: Dataset, table: Ints, labelled: Ints, names: list[str], group: Ints) -> Iterator[Shifted]:
    """The groups without id 0 of one parting, taken together, if they are shifted against the rest."""
    n = dataset.num_classes
    zeros = np.bincount(group[labelled], weights=table[labelled, 0], minlength=len(names))
    present = np.bincount(group[labelled], minlength=len(names)) > 0
    without = np.flatnonzero((zeros == 0) & present)
    if not len(without):
        return
    inside = labelled[np.isin(group[labelled], without)]
    outside = labelled[~np.isin(group[labelled], without)]
    share = float((table[outside, 0] > 0).mean()) if len(outside) else 0.0
    for g in (*without, *([-1] if len(without) > 1 else [])):
        chosen = inside if g == -1 else labelled[group[labelled] == g]
        chance = (1 - share) ** len(chosen)
        if chance >= CHANCE or table[outside, n].any():
            continue
        name = " and ".join(names[i] for i in without[:3]) if g == -1 else names[g]
        if table[chosen, n].any():
            if _alike(table[chosen].sum(axis=0), table[outside].sum(axis=0)):
                yield Shifted(name, chosen, chance, True)
        elif mix := _mixes(table[chosen].sum(axis=0), table[outside].sum(axis=0)):
            yield Shifted(name, chosen, chance, False, "the class mix, as Hellinger distance squared,", *mix)
        elif sizes := _sizes(dataset, table, chosen, outside):
            yield Shifted(name, chosen, chance, False, "box sizes per class, in spreads,", *sizes)


def _files(table: Ints, labelled: Ints) -> Shifted | None:
    """Single files: those with the impossible id, if none of them has id 0 though it goes along with the last class."""
    n = table.shape[1] - 1
    impossible = labelled[table[labelled, n] > 0]
    rest = labelled[table[labelled, n] == 0]
    last = rest[table[rest, n - 1] > 0]
    beside = last if len(last) >= 10 else rest
    if len(impossible) < 3 or table[impossible, 0].any() or not len(beside):
        return None
    chance = float(1 - (table[beside, 0] > 0).mean()) ** len(impossible)
    if chance >= CHANCE:
        return None
    return Shifted(f"{len(impossible)} files", _unlike(table, impossible, rest), chance, True)


def _unlike(table: Ints, impossible: Ints, rest: Ints) -> Ints:
    """The files with the impossible id, and those that fit the others' class mix only when shifted by one."""
    mix = table[rest][table[rest, 0] > 0].sum(axis=0)[:-1] + 0.5
    mix = np.log(mix / mix.sum())
    counts = np.minimum(table[rest], 5)  # many objects of one class in a picture are no independent witnesses
    gain = counts[:, 1:] @ mix - counts[:, :-1] @ mix
    sure = (table[rest, 0] == 0) & (gain > -np.log(CHANCE))
    return np.sort(np.concatenate([impossible, rest[sure]]))


def _alike(shifted: Ints, others: Ints, most: float = 0.5) -> bool:
    """Whether the class mix of ids 1..n is nearer to the others' 0..n-1 than to their 1..n, by total variation."""
    a, b = shifted / shifted.sum(), others / others.sum()
    down = np.append(a[1:], 0)
    return bool(np.abs(down - b).sum() / 2 < most * max(np.abs(a - b).sum() / 2, 1e-9) + 0.1)


def _mixes(shifted: Ints, others: Ints) -> tuple[float, float] | None:
    """How far the class mix is from the others' as read and as shifted; None unless shifting alone explains it.

    Eight classes with five boxes on each side when shifted are needed. Of random halves of 256 pictures of COCO
    the squared Hellinger distance is 0.06 to 0.12, and 0.41 to 0.46 when one is shifted (`python bench/label_bounds.py`).
    """
    a, b = shifted / shifted.sum(), others / others.sum()
    shared = ((shifted[1:] >= 5) & (others[:-1] >= 5)).sum()
    as_read = 1 - float(np.sqrt(a * b).sum())
    as_shifted = 1 - float(np.sqrt(a[1:] * b[:-1]).sum())
    return (as_read, as_shifted) if shared >= 8 and as_shifted < 0.15 and as_read > max(0.2, 3 * as_shifted) else None


def _sizes(dataset: Dataset, table: Ints, chosen: Ints, outside: Ints) -> tuple[float, float] | None:
    """How far box sizes per class lie from the others' as read and as shifted; None unless shifting alone explains them.

    Three classes with at least 20 boxes on each side under each reading are needed, and the class mix has to fit as well.
    """
    a, b = table[chosen].sum(axis=0), table[outside].sum(axis=0)
    n = dataset.num_classes
    shifted = [k for k in range(1, n) if a[k] >= 20 and b[k - 1] >= 20]
    read = [k for k in range(1, n) if a[k] >= 20 and b[k] >= 20]
    mixed = np.abs(np.append(a[1:], 0) / a.sum() - b / b.sum()).sum() / 2
    if len(shifted) < 3 or len(read) < 2 or mixed > 0.2 or np.abs(a / a.sum() - b / b.sum()).sum() / 2 < 2 * mixed:
        return None
    here, there = _medians(dataset, chosen), _medians(dataset, outside)
    spread = _spread(dataset)
    as_shifted = float(np.mean([np.abs(here[k] - there[k - 1]) / spread for k in shifted]))
    as_read = float(np.mean([np.abs(here[k] - there[k]) / spread for k in read]))
    return (as_read, as_shifted) if as_read > 0.3 and as_shifted < as_read / 3 else None


def _logs(dataset: Dataset) -> Floats:
    """Logarithms of width and height, (boxes, 2); nan without an area."""
    sides = np.stack([dataset.boxes.w, dataset.boxes.h], axis=1)
    return np.log(np.where(sides > 0, sides, np.nan))


def _medians(dataset: Dataset, images: Ints) -> dict[int, Floats]:
    """Median logarithm of width and height by class id, of these pictures' boxes."""
    of_these = np.zeros(len(dataset.images), dtype=bool)
    of_these[images] = True
    chosen = of_these[dataset.boxes.image] & (dataset.boxes.w > 0) & (dataset.boxes.h > 0)
    ids, sides = dataset.boxes.class_id[chosen], _logs(dataset)[chosen]
    return {int(k): np.median(sides[ids == k], axis=0) for k in np.unique(ids) if k == int(k)}


def _spread(dataset: Dataset) -> Floats:
    """Median absolute deviation of the logarithms of width and height."""
    logs = _logs(dataset)
    return np.asarray(np.nanmedian(np.abs(logs - np.nanmedian(logs, axis=0)), axis=0) + 1e-6)
