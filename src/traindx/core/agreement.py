"""How far two annotations of the same pictures agree, as a fact: pictures, classes and boxes matched, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

import numpy as np

from traindx.core.annotator_statistics import Statistics, statistics_of
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.matching import Pairs, corners_of, one_to_one, overlapping, usable

SAME = 0.5
"""IoU from which two boxes are of the same object, as in VOC's evaluation."""

TOUCHES = 0.1
"""IoU from which two boxes of one class that nothing else claims are one object badly located (TIDE, Bolya et al. 2020)."""

Kind = Literal["only-a", "only-b", "other-class", "badly-located"]


@dataclass(frozen=True)
class Disagreement:
    """One object (or picture) on which A and B differ: indices of the boxes (of the pictures, in classification), -1 if none."""

    kind: Kind
    a: int
    b: int
    iou: float = float("nan")


@dataclass(frozen=True)
class Agreement:
    """Two sets, the pictures that both have (`pictures_a[i]` is `pictures_b[i]`), and where they agree.

    `classes` are the names that either set has; `map_a` and `map_b` lead from a set's ids to them, and `mapped_by` says how.
    `iou` is the mean IoU of the boxes that agree, per class and, last, of all. Statistics are over `classes`.
    `repeated` counts entries of a picture that its set has once more.
    """

    a: Dataset
    b: Dataset
    pictures_a: Ints
    pictures_b: Ints
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    repeated: int
    classes: tuple[str, ...]
    map_a: Mapping[int, int]
    map_b: Mapping[int, int]
    mapped_by: str
    statistics: Statistics
    iou: tuple[float, ...]
    disagreements: tuple[Disagreement, ...]


def agreement_of(a: Dataset, b: Dataset, *, same: float = SAME) -> Agreement:
    """Compare the annotations of the pictures that `a` and `b` share; `same` is the IoU from which boxes are one object.

    Pictures are matched by path without suffix, else by file name, else by content; classes by name without regard to case.
    Boxes are matched greedily by IoU, of the same class first. Raises `ValueError` if the tasks differ or no picture is shared.
    """
    if a.task != b.task:
        raise ValueError(f"A is for {a.task}, B for {b.task}")
    pictures = _same_pictures(a, b)
    if not pictures:
        raise ValueError("A and B share no picture, neither by name nor by content")
    at_a, at_b = np.array(list(pictures), dtype=np.int64), np.array(list(pictures.values()), dtype=np.int64)
    classes, map_a, map_b, mapped_by = _classes(a, b)
    if a.task == "detect":
        rows, found, iou = _boxes((a, b), (at_a, at_b), (map_a, map_b), len(classes), same)
    else:
        rows, found, iou = _pictures((a, b), (at_a, at_b), (map_a, map_b), len(classes))
    statistics = statistics_of(rows[:, 0], rows[:, 1], rows[:, 2], len(at_a), len(classes))
    distinct = [len(set(_without_suffix(d))) for d in (a, b)]
    return Agreement(
        a, b, at_a, at_b, _unshared(a, at_a), _unshared(b, at_b), len(a.images) + len(b.images) - sum(distinct),
        classes, map_a, map_b, mapped_by, statistics, iou, found,
    )  # fmt: skip


def _same_pictures(a: Dataset, b: Dataset) -> dict[int, int]:
    """Pictures of A to pictures of B; of entries that repeat one the first counts."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for keys in (_without_suffix, _stem, _content):
        in_b = _first(keys(b))
        for key, at in _first(keys(a)).items():
            if key in in_b and at not in pairs and in_b[key] not in taken:
                pairs[at] = in_b[key]
                taken.add(in_b[key])
    return dict(sorted(pairs.items()))


def _first(keys: list[str]) -> dict[str, int]:
    return {key: len(keys) - 1 - i for i, key in enumerate(reversed(keys)) if key}


def _without_suffix(dataset: Dataset) -> list[str]:
    return [str(PurePath(path).with_suffix("")).casefold() for path in dataset.images.path.tolist()]


def _stem(dataset: Dataset) -> list[str]:
    """Names without folders and suffix, empty where two different files have it."""
    stems = [PurePath(path).stem.casefold() for path in dataset.images.path.tolist()]
    files: dict[str, set[int | str]] = {}
    for stem, content, path in zip(stems, dataset.images.content.tolist(), _without_suffix(dataset), strict=True):
        files.setdefault(stem, set()).add(content or path)
    return [stem if len(files[stem]) == 1 else "" for stem in stems]


def _content(dataset: Dataset) -> list[str]:
    return [str(content) if content else "" for content in dataset.images.content.tolist()]


def _unshared(dataset: Dataset, shared: Ints) -> tuple[str, ...]:
    """Pictures that the other set lacks."""
    names = _without_suffix(dataset)
    known = {names[i] for i in shared.tolist()}
    return tuple(dict.fromkeys(str(p) for p, n in zip(dataset.images.path, names, strict=True) if n not in known))


def _classes(a: Dataset, b: Dataset) -> tuple[tuple[str, ...], dict[int, int], dict[int, int], str]:
    """Names of either set and what leads to them; by id where no name is shared but the numbers of classes are equal."""

    def plain(name: str) -> str:
        return "".join(c for c in name.casefold() if c.isalnum()) or name

    names = {plain(name): name for name in (*b.names.values(), *a.names.values())}
    shared = {plain(n) for n in a.names.values()} & {plain(n) for n in b.names.values()}
    if not shared and sorted(a.names) == sorted(b.names):
        ids = {class_id: i for i, class_id in enumerate(sorted(a.names))}
        return tuple(f"{a.names[k]} / {b.names[k]}" for k in ids), ids, ids, "id, because no name is shared"
    place = {key: i for i, key in enumerate(names)}
    map_a, map_b = ({k: place[plain(name)] for k, name in d.names.items()} for d in (a, b))
    return tuple(names.values()), map_a, map_b, "name"


Found = tuple[Ints, tuple[Disagreement, ...], tuple[float, ...]]
Two = tuple[Ints, Ints]


def _boxes(
    sets: tuple[Dataset, Dataset], shared: Two, maps: tuple[Mapping[int, int], ...], n: int, same: float
) -> Found:
    """Objects as rows (shared picture, class in A, class in B), the disagreements, and the mean IoU per class and of all."""
    sides = [_side(d, at, ids) for d, at, ids in zip(sets, shared, maps, strict=True)]
    (own_a, image_a, class_a, corners_a), (own_b, image_b, class_b, corners_b) = sides
    pairs = overlapping(image_a, corners_a, image_b, corners_b, TOUCHES)
    equal = class_a[pairs.a] == class_b[pairs.b]
    matched = one_to_one(pairs.where(pairs.iou >= same), (pairs.iou + equal)[pairs.iou >= same])
    free = equal & ~np.isin(pairs.a, matched.a) & ~np.isin(pairs.b, matched.b)
    loose = one_to_one(pairs.where(free))
    alone_a = np.setdiff1d(np.arange(len(own_a)), np.concatenate([matched.a, loose.a]))
    alone_b = np.setdiff1d(np.arange(len(own_b)), np.concatenate([matched.b, loose.b]))
    lone_a, lone_b = np.concatenate([alone_a, loose.a]), np.concatenate([alone_b, loose.b])
    rows = np.concatenate(
        [
            np.stack([image_a[matched.a], class_a[matched.a], class_b[matched.b]], axis=1),
            np.stack([image_a[lone_a], class_a[lone_a], np.full(len(lone_a), n)], axis=1),
            np.stack([image_b[lone_b], np.full(len(lone_b), n), class_b[lone_b]], axis=1),
        ]
    )
    agree = class_a[matched.a] == class_b[matched.b]
    ious = [matched.iou[agree & (class_a[matched.a] == k)] for k in range(n)] + [matched.iou[agree]]
    found = [
        *_pairs_as("other-class", matched.where(~agree), own_a, own_b),
        *(Disagreement("only-a", int(own_a[i]), -1) for i in alone_a),
        *(Disagreement("only-b", -1, int(own_b[i])) for i in alone_b),
        *_pairs_as("badly-located", loose, own_a, own_b),
    ]
    return rows, tuple(found), tuple(float(v.mean()) if len(v) else float("nan") for v in ious)


def _side(dataset: Dataset, shared: Ints, ids: Mapping[int, int]) -> tuple[Ints, Ints, Ints, Floats]:
    """Boxes that can be compared: their indices, places of their pictures, classes and corners."""
    place = np.full(len(dataset.images), -1, dtype=np.int64)
    place[shared] = np.arange(len(shared))
    boxes = dataset.boxes
    own = np.flatnonzero(usable(boxes))
    class_id = np.array([ids.get(int(c), -1) for c in boxes.class_id[own].tolist()], dtype=np.int64)
    keep = (place[boxes.image[own]] >= 0) & (class_id >= 0)
    own = own[keep]
    return own, place[boxes.image[own]], class_id[keep], corners_of(boxes)[own]


def _pairs_as(kind: Kind, pairs: Pairs, own_a: Ints, own_b: Ints) -> Iterator[Disagreement]:
    for i, j, iou in zip(pairs.a, pairs.b, pairs.iou, strict=True):
        yield Disagreement(kind, int(own_a[i]), int(own_b[j]), float(iou))


def _pictures(sets: tuple[Dataset, Dataset], shared: Two, maps: tuple[Mapping[int, int], ...], n: int) -> Found:
    """Classification: every picture is an object, and can only differ in its class."""
    columns = [
        np.array([ids.get(c, n) for c in d.images.class_id[at].tolist()], dtype=np.int64)
        for d, at, ids in zip(sets, shared, maps, strict=True)
    ]
    rows = np.stack([np.arange(len(shared[0])), *columns], axis=1)
    both = (columns[0] < n) & (columns[1] < n)
    differ = np.flatnonzero(both & (columns[0] != columns[1]))
    found = [Disagreement("other-class", int(shared[0][i]), int(shared[1][i])) for i in differ]
    return rows[both], tuple(found), (float("nan"),) * (n + 1)
