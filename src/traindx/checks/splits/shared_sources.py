"""D328: augmented copies or tiles of one picture are in train and in another split, by their names."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.groups import Kind, group_finding
from traindx.core.small_dataset import dataset_of
from traindx.core.two_sample import Z

WORDS: dict[Kind, str] = {
    "source": "are by name altered copies of a picture",
    "tile": "are by name tiles of a picture",
    "sequence": "are by name of a short series",
}


@check("D328", level="warning", depth="full")
def shared_sources(
    dataset: Dataset, *, area: float = 0.75, fewest: int = 5, longest: int = 30, series: int = 5
) -> Iterator[Finding | Measured]:
    """Names say that pictures of val were made from the same picture as some of train, and their looks do not contradict.

    Names such as `a_jpg.rf.0123abcd` of Roboflow, `a_aug1`, `a_flip`, `a (1)`, tiles such as `a_0_512`, or at least `series`
    short series such as `clip07_000012`, of `longest` pictures in the median (longer ones may be classes). Reported where
    distances of hashes (of mean colours, for tiles) within the groups are certainly below those to other pictures: area
    under the ROC curve above `area`, certainly above 0.5; from `fewest` pictures on (guesses). Where the copies are plainly
    alike it is D327.

    ## Why is this bad?
    The network has seen another version of the picture that it is scored on.

    ## How to fix
    Split the original pictures first, augment or tile them afterwards.
    """
    if not (dataset.images.phash != 0).any():
        return
    for found in (shared for kind in WORDS for shared in dataset.shared_groups.get(kind, ())):
        if found.kind == "sequence" and (found.groups < series or found.group_size > longest):
            continue
        number = Measured(f"area by which pairs of one {found.kind} are told from others ({found.split})", found.area)
        yield number
        if found.crossing >= fewest and found.area >= area and found.area - Z * found.error > 0.5:
            looks = f"and look more alike than others (area {found.area:.2f}, chance 0.5)"
            yield group_finding(dataset, found, WORDS[found.kind], looks, (number,))


def _augmented(*, across: bool) -> Dataset:
    """20 pictures of three versions each, whose hashes differ in some 20 bits; versions across the splits, or not."""
    rng = np.random.default_rng(0)
    images = []
    for n in range(20):
        start, colours = rng.integers(1, 1 << 63, dtype=np.uint64), rng.integers(0, 255, 48)
        for version in range(3):
            noise = np.uint64(int(rng.integers(0, 1 << 62)) & int(rng.integers(0, 1 << 62)))
            path = f"shot{n}x_jpg.rf.{n:04x}{version:08x}.jpg"
            split = "val" if (version == 0 if across else n < 6) else "train"
            images.append({"path": path, "split": split, "phash": start ^ noise, "thumb": colours})
    return dataset_of(images)


@shared_sources.fires_on
def versions_of_a_picture_in_both() -> Facts:
    return {"dataset": _augmented(across=True)}


@shared_sources.quiet_on
def versions_of_a_picture_in_one() -> Facts:
    return {"dataset": _augmented(across=False)}
