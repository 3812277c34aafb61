"""D336: a few validation pictures look like a training picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.splits.near_copies_across_splits import drawn
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.leakage import FEW, leaks, near_copies, pair_findings


@check("D336", level="note", depth="full")
def few_near_copies(dataset: Dataset, *, most: float = FEW) -> Iterator[Finding | Measured]:
    """Pictures of val (or test) are nearly the same as one of train, and so few that no score changes by it.

    Fewer than the share `most` of the split (a guess); more are D323, and many D324.

    ## Why is this bad?
    The score counts a few pictures that the network has nearly seen: it is lifted by their share at most. Where there are a
    few of one scene there may be more that look less alike.

    ## How to fix
    Look at the pairs, and put all pictures of one scene into the same split.
    """
    if not np.any(dataset.images.phash):
        return
    for leak in leaks(dataset):
        found = near_copies(dataset, leak)
        few = found if len(found) < most * leak.total else found[:0]
        number = Measured(
            f"pictures of {leak.split} with a near copy in train, few enough to matter little", len(few), "0"
        )
        yield number
        summary = f"{len(few):,} of {leak.total:,} pictures of {leak.split} have a near copy in train"
        yield from pair_findings(dataset, few, summary, (number,))


@few_near_copies.fires_on
def one_of_fifty() -> Facts:
    return {"dataset": drawn(1, 100)}


@few_near_copies.quiet_on
def two_of_fifty() -> Facts:
    return {"dataset": drawn(2, 100)}


@few_near_copies.quiet_on
def pictures_of_their_own() -> Facts:
    return {"dataset": drawn(0)}
