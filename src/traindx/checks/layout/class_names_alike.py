"""D415: two classes with the same name, or names that differ by case alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.class_counts import boxes_per_class
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import row_findings
from traindx.core.small_dataset import dataset_of

SYSTEMATIC = 0.25
"""Share of the names from which pairs that differ by case are meant, as upper and lower case in sets of letters. A guess."""

LETTERS = 4
"""Letters up to which a last `s` belongs to the word: bus, gas. A guess."""


@check("D415", level="error")
def class_names_alike(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Two ids have the same name, or names that differ by case or blanks alone, and both are used.

    In xml, where nobody declares the names, blanks and signs between words and a plural are left out too, if the one is rare
    beside the other. Names of one letter, and sets in which a quarter of the names are such pairs, are left alone: `a` and
    `A` may differ.

    ## Why is this bad?
    The network is taught to tell apart what is one class: each of the two is a false negative of the other, and mAP falls.
    Tools that join by name count them as one.

    ## How to fix
    Give the labels of both one id, and delete the other name.
    """
    if dataset.task != "detect" or not dataset.names:
        return
    pairs = _pairs(dataset)
    splits = boxes_per_class(dataset).values() if pairs else ()
    counts = [int(sum(split[i] for split in splits)) for i in range(dataset.num_classes)]
    used = [(a, b) for a, b in pairs if max(a, b) < len(counts) and counts[a] and counts[b]]
    declared = dataset.format != "voc"  # names that nobody declared: the rare one of each pair is the slip
    used = used if declared else [(a, b) if counts[b] <= counts[a] else (b, a) for a, b in used]
    used = [(a, b) for a, b in used if _plain(dataset, a) == _plain(dataset, b) or counts[b] < SYSTEMATIC * counts[a]]
    slips = not declared and all(counts[b] < SYSTEMATIC * counts[a] for a, b in used)
    meant = len(pairs) >= 3 and 2 * len(pairs) >= SYSTEMATIC * len(dataset.names) and not slips
    wrong = [] if meant else used
    yield Measured("pairs of classes with one name", len(wrong), "0")
    for a, b in wrong:
        text = f"ids {a} and {b} are called {dataset.names[a]!r} and {dataset.names[b]!r}: {counts[a]} and {counts[b]} boxes"
        text += " of one class under two ids"
        if declared:
            line = dataset.settings_lines.get(f"names.{b}")
            yield Finding(Place(path=dataset.source_path, line=line, setting="names"), text)
        else:
            rare = np.flatnonzero(dataset.boxes.class_id == b)
            yield from row_findings(dataset, rare, partial(_said, text))


def _said(text: str, _: int) -> str:
    return text


def _pairs(dataset: Dataset) -> list[tuple[int, int]]:
    """Ids whose names differ by case and blanks alone. Equal names in a json are left to `duplicate-entry`."""
    first: dict[str, int] = {}
    pairs = []
    for i, name in sorted(dataset.names.items()):
        key = _key(name) if dataset.format == "voc" else _plain(dataset, i)
        same = key in first and name == dataset.names[first[key]]
        if (same and dataset.format != "coco") or (not same and key in first and len(key) > 1):
            pairs.append((first[key], i))
        first.setdefault(key, i)
    return pairs


def _plain(dataset: Dataset, class_id: int) -> str:
    return dataset.names[class_id].casefold().strip()


def _key(name: str) -> str:
    """A name as typed by hand, without what slips: case, blanks and signs between words, the plural."""
    words = "".join(sign for sign in name.casefold() if sign not in " _-")
    return words.removesuffix("s") if len(words) > LETTERS else words


_BOXES = [{"image": 0}, {"image": 0, "class_id": 1, "line": 2}]


@class_names_alike.fires_on
def car_and_car() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], _BOXES, names=("Car", "car"))}


@class_names_alike.quiet_on
def letters() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], _BOXES, names=("a", "A"))}


@class_names_alike.quiet_on
def a_name_that_is_not_used() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], _BOXES[:1], names=("Car", "car"))}


@class_names_alike.fires_on
def a_plural_typed_by_hand() -> Facts:
    boxes = [{"image": 0, "class_id": n // 9, "line": n + 1} for n in range(10)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=("Platelets", "platelet"), format="voc")}


@class_names_alike.quiet_on
def a_plural_as_common_as_its_singular() -> Facts:
    boxes = [{"image": 0, "class_id": n % 2, "line": n + 1} for n in range(10)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=("grape", "grapes"), format="voc")}
