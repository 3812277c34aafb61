"""D246: mirrored copies of pictures whose boxes were not mirrored."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Finding, Measured
from traindx.core.fit_findings import fit_findings
from traindx.core.hamming import hamming
from traindx.core.near_duplicates import LIMIT, MIRROR
from traindx.core.same_objects import same_objects
from traindx.core.small_dataset import dataset_of


@check("D246", level="error", depth="full")
def mirrored_copies_keep_boxes(
    dataset: Dataset, *, fewest: int = 3, least: float = 0.2
) -> Iterator[Finding | Measured]:
    """Pictures are mirrored copies of others, as D329 and D323 find them, and have the boxes of the others as they were.

    A pair counts where the boxes fit one way alone, as written or mirrored, and the hashes are alike mirrored alone: a symmetric
    scene says nothing. Named from `fewest` pairs on that are a share of `least` of those that count: guesses.

    ## Why is this bad?
    The pictures were flipped to have more of them, and their boxes were copied: they lie beside their objects, and half of what
    the network is told is wrong. The loss falls to what such boxes allow, and mAP stays low.

    ## How to fix
    Mirror the boxes of the copies (`x = 1 - x` for a centre as a share), or delete the copies and let the training flip.
    """
    images, found = dataset.images, dataset.copies_of_train
    if dataset.task == "classify":
        return
    asked = np.flatnonzero(found.mirrored & (found.other >= 0))
    if not len(asked):
        return
    other = found.other[asked]
    asked, other = (part[hamming(images.phash[asked], images.phash[other]) > 2 * LIMIT] for part in (asked, other))
    turned, straight = np.ones(len(asked), dtype=bool), np.zeros(len(asked), dtype=bool)
    moved = same_objects(dataset, asked, other, turned)
    kept = same_objects(dataset, asked, other, straight)
    told = moved != kept
    if not told.any():
        return
    wrong = _once(asked[told & kept], other[told & kept])
    pairs = len(_once(asked[told], other[told]))
    share = Measured("mirrored copies with the boxes of the other picture as written", len(wrong), f"0 of {pairs}")
    yield share
    if len(wrong) >= max(fewest, least * pairs):
        i, j = wrong[0]
        text = (
            f"{len(wrong)} of {pairs} mirrored copies have the boxes of their originals, not mirrored: "
            f"{images.path[i]} and {images.path[j]} mirror each other, their boxes do not"
        )
        holding = [i for i, _ in wrong if (dataset.boxes.image == i).any()]
        yield from fit_findings(dataset, holding, text, (share,))


def _once(first: Ints, second: Ints) -> list[tuple[int, int]]:
    """The pairs, each once: a copy is the copy of its original, and the other way round; the later by index first."""
    return sorted({(max(i, j), min(i, j)) for i, j in zip(first.tolist(), second.tolist(), strict=True)})


def _copies(*, moved: bool, symmetric: bool = False) -> Facts:
    numbers = np.random.default_rng(0)
    images, boxes = [], []
    for n in range(4):
        phash = int(numbers.integers(1, 1 << 62))
        thumb = numbers.integers(0, 255, (4, 4, 3))
        for k, (value, colours) in enumerate(((phash, thumb), (phash ^ int(MIRROR), thumb[:, ::-1]))):
            value, colours = (phash, thumb) if symmetric else (value, colours)
            images.append({"path": f"{n}_{k}.jpg", "content": 2 * n + k + 1, "phash": value, "thumb": colours.ravel()})
            boxes.append({"image": len(images) - 1, "x": 0.8 if moved and k else 0.2})
    return {"dataset": dataset_of(images, boxes)}


@mirrored_copies_keep_boxes.fires_on
def four_pictures_flipped_alone() -> Facts:
    return _copies(moved=False)


@mirrored_copies_keep_boxes.quiet_on
def four_pictures_flipped_with_their_boxes() -> Facts:
    return _copies(moved=True)


@mirrored_copies_keep_boxes.quiet_on
def copies_that_are_not_mirrored() -> Facts:
    return _copies(moved=False, symmetric=True)
