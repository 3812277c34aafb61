"""D248: a class that is annotated up to a certain picture of a numbered series, or from one on, and not in the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of

EVERY = 100
"""Pictures that are named. A guess at what one looks at."""

_DIGITS = re.compile(r"[0-9]+")
_ZEROS = re.compile("0+")
SERIES = 0.9
"""Share of the pictures whose names differ in their numbers alone, from which they are one series. A guess."""


@check("D248", level="warning")
def class_no_longer_annotated(
    dataset: Dataset,
    *,
    fewest: int = 30,
    times: float = 5.0,
    spells: int = 10,
    always: float = 0.9,
    rate: float = 0.2,
    same: float = 0.2,
) -> Iterator[Finding | Measured]:
    """In a series of pictures with numbers, a class comes and goes, and from one picture on it is never there again.

    All splits together, in the order of the numbers, since who labels goes through the files and the splits are drawn later; then
    each split by itself. Named where the class was in `rate` of the pictures and in `spells` stretches or more, or in `always` of
    them, and the last (or first) `fewest` pictures or more lack it, `times` as many as the longest gap before, while the other
    classes are there as often as before, but for `same` of the pictures. The numbers are guesses.

    ## Why is this bad?
    Where somebody labelled a class in a part of the pictures alone, the rest teaches that its objects are background. The class's
    score stays low, in training and in validation.

    ## How to fix
    Look at pictures from behind the place: if objects of the class are in them, label them, or leave these pictures out.
    """
    if dataset.task == "classify" or dataset.num_classes < 2:
        return
    series = _series(dataset)
    if len(series) < 2 * fewest:
        return
    splits = dataset.images.split[series]
    parts = [series[splits == split.name] for split in dataset.splits] if len(dataset.splits) > 1 else []
    said: set[int] = set()
    for order in (series, *(part for part in parts if len(part) >= 2 * fewest)):
        for backwards in (False, True):
            rows = order[::-1] if backwards else order
            kept = _Kept(dataset, rows)
            for class_id in kept.gone(fewest):
                end = kept.end(class_id, fewest, times, spells, always)
                if (
                    end
                    and class_id not in said
                    and kept.rate(class_id, end) >= rate
                    and kept.others(class_id, end, same)
                ):
                    said.add(class_id)
                    yield from _findings(dataset, class_id, rows, end, backwards=backwards)
    yield Measured("classes that are annotated in a part of a series alone", len(said), "0")


class _Kept:
    """The places of each class in a series of pictures, in its order."""

    def __init__(self, dataset: Dataset, rows: Ints) -> None:
        image, ids, _ = dataset.classes_in_pictures
        place = np.full(len(dataset.images), -1)
        place[rows] = np.arange(len(rows))
        at = place[image]
        own = slice(None) if len(rows) == len(place) else at >= 0
        self._n, self._ids, self._at, self._classes = len(rows), ids[own], at[own], dataset.num_classes

    def gone(self, fewest: int) -> list[int]:
        """The classes that so many of the last pictures lack."""
        last = np.full(self._classes, self._n)
        last[self._ids] = -1
        np.maximum.at(last, self._ids, self._at)
        return [int(k) for k in np.flatnonzero(self._n - 1 - last >= fewest)]

    def end(self, class_id: int, fewest: int, times: float, spells: int, always: float) -> int:
        """The number of pictures up to the last that has the class, where none after it is no chance; else 0."""
        at = self._places(class_id)
        end = int(at[-1]) + 1
        gaps = np.diff(at) - 1
        longest = max(int(gaps.max(initial=0)), int(at[0]))
        steady = len(at) >= always * end and end >= fewest
        known = steady or (gaps > 0).sum() + 1 >= spells
        return end if known and self._n - end >= times * max(longest, 1) else 0

    def rate(self, class_id: int, end: int) -> float:
        """The share of the pictures up to there that have the class."""
        return len(self._places(class_id)) / end

    def others(self, class_id: int, end: int, same: float) -> bool:
        """Whether other classes are there, and in as many pictures before as after."""
        other, early = self._ids != class_id, self._at < end
        before = np.bincount(self._ids[other & early], minlength=self._classes) / end
        after = np.bincount(self._ids[other & ~early], minlength=self._classes) / (self._n - end)
        return bool(before.max() > 2 * same and np.abs(before - after).max() <= same)

    def _places(self, class_id: int) -> Ints:
        return np.sort(self._at[self._ids == class_id])


def _series(dataset: Dataset) -> Ints:
    """The pictures of the most usual name but for its numbers, by these numbers; none where others are many."""
    shapes = dataset.images.shapes
    masks = [path.rpartition("/")[2].rpartition(".")[0] for path in shapes.every]  # names, with each digit as 0
    counts = Counter[str]()
    for mask, count in zip(masks, np.bincount(shapes.of, minlength=len(masks)).tolist(), strict=True):
        counts[_ZEROS.sub("0", mask)] += count
    name, count = counts.most_common(1)[0] if counts else ("", 0)
    if count < max(1, SERIES * len(dataset.images)):
        return np.zeros(0, dtype=np.int64)
    own = np.array([_ZEROS.sub("0", mask) == name for mask in masks])
    chosen = np.flatnonzero(own[shapes.of])
    names = [path.rpartition("/")[2] for path in dataset.images.path[chosen].tolist()]
    if sum(1 for mask in set(masks) if _ZEROS.sub("0", mask) == name) > 1:  # numbers of several lengths
        numbers = [[int(n) for n in _DIGITS.findall(each.rpartition(".")[0])] for each in names]
        order = sorted(range(len(names)), key=numbers.__getitem__)
    else:
        order = sorted(range(len(names)), key=names.__getitem__)
    return np.asarray(chosen[order], dtype=np.int64)


def _findings(dataset: Dataset, class_id: int, order: Ints, end: int, *, backwards: bool) -> Iterator[Finding]:
    last, rest = str(dataset.images.path[order[end - 1]]), order[end:]
    name = dataset.names.get(class_id, str(class_id))
    way = "before" if backwards else "after"
    head = (
        f"{name} is annotated in {end:,} pictures of a series again and again, and in none of the {len(rest):,} {way} {last}; "
        "the other classes are there as before: "
    )
    for n, picture in enumerate(dataset.images.path[rest[:EVERY]].tolist()):
        yield Finding(Place(image=picture, setting="labels"), f"{head if n == 0 else ''}look for {name} in {picture}")


def _numbered(*, stops: int, others_stop: bool = False, digits: int = 3) -> Facts:
    rng = np.random.default_rng(0)
    images = [{"path": f"cell_{n:0{digits}d}.jpg"} for n in range(200)]
    boxes = []
    for n in range(200):
        if n < stops or not others_stop:
            boxes.append({"image": n})
        if n < stops and rng.random() < 0.5:
            boxes.append({"image": n, "line": 2, "class_id": 1})
    return {"dataset": dataset_of(images, boxes)}


@class_no_longer_annotated.fires_on
def dogs_up_to_the_hundredth_picture() -> Facts:
    return _numbered(stops=100)


@class_no_longer_annotated.fires_on
def dogs_up_to_the_hundredth_of_numbers_without_zeros() -> Facts:
    return _numbered(stops=100, digits=1)


@class_no_longer_annotated.fires_on
def cells_in_each_picture_of_the_first_half() -> Facts:
    boxes = [{"image": n, "class_id": 1} for n in range(100) if n % 3]
    boxes += [{"image": n, "line": 2} for n in range(50)]
    return {"dataset": dataset_of([{"path": f"cell_{n:03d}.jpg"} for n in range(100)], boxes)}


@class_no_longer_annotated.quiet_on
def one_class_after_the_other() -> Facts:
    boxes = [{"image": n, "class_id": int(n >= 50)} for n in range(100)]
    return {"dataset": dataset_of([{"path": f"animal_{n:03d}.jpg"} for n in range(100)], boxes)}


@class_no_longer_annotated.quiet_on
def dogs_throughout() -> Facts:
    return _numbered(stops=200)


@class_no_longer_annotated.quiet_on
def a_series_that_shows_nothing_at_its_end() -> Facts:
    return _numbered(stops=100, others_stop=True)
