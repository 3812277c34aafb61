"""D324: many validation pictures are altered copies of training pictures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.leakage import leaks, pair_findings, repeated
from traindx.core.small_dataset import dataset_of


@check("D324", level="error", depth="full")
def split_copied_from_train(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Many pictures of val (or test) are nearly the same as one of train, and those of train are not alike among themselves.

    Counted are those that differ in 6 bits of the hash at most. Reported from 5 % of the split and three pictures on, and only
    where they are three times as many as train's own near copies would let one expect and Fisher's exact test gives less than
    0.005: pictures that are all alike (one camera, one microscope) stay a warning (D323), unless half of the split repeats
    pictures of train with the same objects in the same places, as frames of a recording do that were dealt out one by one.

    ## Why is this bad?
    Most of what is scored was trained on, encoded again, scaled, darkened, cropped or mirrored. The score is too good.

    ## How to fix
    Draw the splits from the original pictures first, and augment train alone afterwards.
    """
    if not np.any(dataset.images.phash):
        return
    for leak in leaks(dataset):
        number = Measured(f"share of {leak.split} with a near copy in train", len(leak.near) / leak.total, "0")
        alike = Measured("share of train with a near copy in train", leak.likeness)
        yield number
        yield alike
        copies = leak.near if leak.near_is_material else repeated(dataset, leak)
        if len(copies):
            summary = f"{len(copies):,} of {leak.total:,} pictures of {leak.split} have a near copy in train"
            yield from pair_findings(dataset, copies, summary, (number, alike))


def _drawn(*, alike: bool, boxes: bool = False) -> Dataset:
    """20 pictures of train and 10 of val; each of val is one of train but for a bit; `alike`: so are those of train."""
    rng = np.random.default_rng(0)
    of = np.concatenate([np.arange(20) % 10 if alike else np.arange(20), np.arange(10)])
    hashes = rng.integers(1, 1 << 63, 20, dtype=np.uint64)[of] ^ (np.uint64(1) << np.arange(30, dtype=np.uint64))
    thumbs = rng.integers(0, 255, (20, 48), dtype=np.uint8)[of]
    rows = zip(hashes, thumbs, strict=True)
    images = [
        {"path": f"{i}.jpg", "content": i + 1, "split": "train" if i < 20 else "val", "phash": h, "thumb": t}
        for i, (h, t) in enumerate(rows)
    ]
    return dataset_of(images, [{"image": i} for i in range(30 * boxes)])


@split_copied_from_train.fires_on
def all_of_val() -> Facts:
    return {"dataset": _drawn(alike=False)}


@split_copied_from_train.fires_on
def frames_of_recordings_dealt_out_one_by_one() -> Facts:
    return {"dataset": _drawn(alike=True, boxes=True)}


@split_copied_from_train.quiet_on
def pictures_that_are_all_alike() -> Facts:
    return {"dataset": _drawn(alike=True)}
