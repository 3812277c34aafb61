"""D329: pictures of train that are nearly the same as another one of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Evidence, Finding, Measured, Picture, Place
from traindx.core.small_dataset import dataset_of

EVERY_PAIR, PICTURES = 50, 5


@check("D329", level="note", depth="full")
def near_duplicates_in_train(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Pictures of the training split are nearly the same as another one of it: encoded again, scaled, cropped, mirrored.

    Compared as for D323. Each pair is named once, up to 50 of them; the same bytes are D320.

    ## Why is this bad?
    It need not be: frames of a recording and augmented copies are alike. They count as more pictures than they are, and
    lie in both splits if these are drawn at random.

    ## How to fix
    Keep copies in one split. Where labelling is dear, label one of each.
    """
    images, found = dataset.images, dataset.copies_of_train
    split = dataset.training_split
    own = np.flatnonzero((images.split == split) & (images.phash != 0))
    if not len(own):
        return
    near = own[(found.other[own] >= 0) & ~found.exact[own]]
    share = Measured(f"share of {split} with a near copy in it", len(near) / len(own))
    yield share
    pairs = dict.fromkeys(tuple(sorted((i, int(found.other[i])))) for i in near.tolist())
    for n, (i, j) in enumerate(list(pairs)[:EVERY_PAIR]):
        a, b = str(images.path[i]), str(images.path[j])
        head = f"{len(near):,} of {len(own):,} pictures of {split} have a near copy in it: " if n == 0 else ""
        asked = i if int(found.other[i]) == j else j
        how = "mirrored, is nearly" if found.mirrored[asked] else "is nearly"
        shown: tuple[Evidence, ...] = tuple(Picture(dataset.absolute(p), caption=p) for p in (a, b))
        text = f"{head}{a} {how} {b}: {found.distance[asked]} of 64 bits of the hash differ"
        yield Finding(Place(image=a), text, (share, *shown) if n < PICTURES else (share,))


def _two(*, alike: bool) -> Facts:
    colours = np.random.default_rng(0).integers(0, 255, (2, 48))
    hashes = (0x0123456789ABCDEF, 0x0123456789ABCDEE if alike else 0xFEDCBA9876543210)
    images = [
        {"path": f"{n}.jpg", "content": n + 1, "phash": h, "thumb": colours[0 if alike else n]}
        for n, h in enumerate(hashes)
    ]
    return {"dataset": dataset_of(images)}


@near_duplicates_in_train.fires_on
def two_that_are_alike() -> Facts:
    return _two(alike=True)


@near_duplicates_in_train.quiet_on
def two_that_are_not() -> Facts:
    return _two(alike=False)
