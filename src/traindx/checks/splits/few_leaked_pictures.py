"""D322: a few validation pictures are training pictures."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.leakage import leaks, pair_findings
from traindx.core.small_dataset import dataset_of


@check("D322", level="warning", depth="full")
def few_leaked_pictures(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Some pictures of val (or test) are in train too, byte for byte, fewer than would make its score wrong.

    ## Why is this bad?
    The score counts a few pictures that the network has seen. It is lifted a little, at most by their share.

    ## How to fix
    Take the pictures out of train.
    """
    for leak in leaks(dataset):
        few = leak.exact if not leak.exact_is_material else leak.exact[:0]
        number = Measured(f"pictures of {leak.split} that are in train, few enough to matter little", len(few), "0")
        if dataset.images.content.any():  # without, a copy would not have been seen
            yield number
        summary = f"{len(few):,} of {leak.total:,} pictures of {leak.split} are in train too"
        yield from pair_findings(dataset, few, summary, (number,))


@few_leaked_pictures.fires_on
def one_of_thirty() -> Facts:
    images = [{"path": f"{n}.jpg", "content": n % 59 + 1, "split": "train" if n < 30 else "val"} for n in range(60)]
    return {"dataset": dataset_of(images)}


@few_leaked_pictures.quiet_on
def none_of_thirty() -> Facts:
    images = [{"path": f"{n}.jpg", "content": n + 1, "split": "train" if n < 30 else "val"} for n in range(60)]
    return {"dataset": dataset_of(images)}
