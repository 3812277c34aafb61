"""D323: validation pictures that look like a training picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.leakage import FEW, leaks, near_copies, pair_findings
from traindx.core.small_dataset import dataset_of


@check("D323", level="warning", depth="full")
def near_copies_across_splits(dataset: Dataset, *, least: float = FEW) -> Iterator[Finding | Measured]:
    """Pictures of val (or test) are nearly the same as one of train: encoded again, scaled, darkened, cropped, mirrored.

    Compared are perceptual hashes and 4 x 4 colours; how they were chosen stands in `core/near_duplicates.py`. Pictures of
    the same scene seconds later are found too. Many of them, where those of train are not alike, are D324; few that are not
    quite the same, no more than among the pictures of train, are left out, and so are many that are mostly far from the same.
    Where the pictures of train are alike, a copy has to show the same objects: a fixed camera's ground is no copy. Less than
    the share `least` of a split is a note, D336.

    ## Why is this bad?
    A copy is no new picture: the score on val counts it as one, and is too good.

    ## How to fix
    Look at the pairs. Put all pictures of one scene, animal or recording into the same split.
    """
    if not np.any(dataset.images.phash):
        return
    for leak in leaks(dataset):
        found = near_copies(dataset, leak)
        few = found if len(found) >= least * leak.total else found[:0]
        number = Measured(f"share of {leak.split} with a near copy in train", len(few) / leak.total, "0")
        alike = Measured("share of train with a near copy in train", leak.likeness)
        yield number
        yield alike
        summary = f"{len(few):,} of {leak.total:,} pictures of {leak.split} have a near copy in train"
        yield from pair_findings(dataset, few, summary, (number, alike))


def drawn(leaked: int, n: int = 40) -> Dataset:
    """Pictures of random hash and colours, the first half train; so many of val differ in one bit from one of train."""
    rng = np.random.default_rng(0)
    hashes = rng.integers(1, 1 << 63, n, dtype=np.uint64)
    thumbs = rng.integers(0, 255, (n, 48), dtype=np.uint8)
    hashes[n - leaked :], thumbs[n - leaked :] = hashes[:leaked] ^ np.uint64(1), thumbs[:leaked]
    images = [
        {
            "path": f"{i}.jpg",
            "content": i + 1,
            "split": "train" if i < n // 2 else "val",
            "phash": h,
            "thumb": thumbs[i],
        }
        for i, h in enumerate(hashes)
    ]
    return dataset_of(images)


@near_copies_across_splits.fires_on
def one_of_val() -> Facts:
    return {"dataset": drawn(1)}


@near_copies_across_splits.quiet_on
def pictures_of_their_own() -> Facts:
    return {"dataset": drawn(0)}
