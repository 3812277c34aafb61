"""D317: pictures beside the class folders of a split."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D317", level="error")
def picture_in_no_class_folder(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Pictures lie in a split's folder itself, beside its class folders.

    ## Why is this bad?
    Loaders of class folders leave them out without a word.

    ## How to fix
    Move each into the folder of its class, or out of the split.
    """
    if dataset.task != "classify":
        return
    odd = of_kind(dataset, "loose-picture")
    yield Measured("pictures beside the class folders", len(odd), "0")
    yield from oddity_findings(odd, lambda o: f"picture left out without a word: {o.text}", pictures=True)


@picture_in_no_class_folder.fires_on
def a_picture_beside_the_folders() -> Facts:
    odd = Oddity("val/a.jpg", "loose-picture", "lies in val itself, in no class folder", "val")
    return {"dataset": dataset_of([{"path": "val/cat/b.jpg"}], task="classify", oddities=(odd,))}


@picture_in_no_class_folder.quiet_on
def all_in_folders() -> Facts:
    return {"dataset": dataset_of([{"path": "val/cat/b.jpg"}], task="classify")}
