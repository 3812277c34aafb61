"""D321: a good part of the validation pictures are training pictures."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.leakage import leaks, pair_findings
from traindx.core.small_dataset import dataset_of


@check("D321", level="error", depth="full")
def leaked_pictures(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A material share of the pictures of val (or test) are in train too, byte for byte.

    Reported from 5 % of the split and two pictures on (a guess: the score is lifted by up to this much). Pictures of one
    colour are left out. Where no picture was read, files that are listed in both splits are found all the same.

    ## Why is this bad?
    The score on val counts pictures that the network has seen. It says too little of how new pictures will do, hides
    overfitting, and chooses the wrong epoch.

    ## How to fix
    Take the pictures out of one of the two splits, out of train rather than out of val, and train again.
    """
    for leak in leaks(dataset):
        share = len(leak.exact) / leak.total
        number = Measured(f"share of {leak.split} that is in train", share, "0")
        if dataset.images.content.any():  # without, a copy would not have been seen
            yield number
        if leak.exact_is_material:
            summary = f"{len(leak.exact):,} of {leak.total:,} pictures of {leak.split} are in train too"
            yield from pair_findings(dataset, leak.exact, summary, (number,))


@leaked_pictures.fires_on
def half_of_val_is_in_train() -> Facts:
    train = [{"path": f"train/{n}.jpg", "content": n + 1} for n in range(8)]
    return {
        "dataset": dataset_of([*train, *({**i, "path": f"val/{n}", "split": "val"} for n, i in enumerate(train[:4]))])
    }


@leaked_pictures.quiet_on
def no_picture_twice() -> Facts:
    images = [{"path": f"{n}.jpg", "content": n + 1, "split": "train" if n < 6 else "val"} for n in range(9)]
    return {"dataset": dataset_of(images)}
