"""D404: a split whose pictures lie in one flat folder."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D404", level="error")
def split_without_class_folders(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The pictures of train or val lie in the split's folder itself, in no class folder.

    ## Why is this bad?
    Loaders of class folders, that of Ultralytics too, stop with `Couldn't find any class folder`. A test split without
    classes, as competitions give it, is no fault.

    ## How to fix
    Sort the pictures into one folder per class, with the names of the training split.
    """
    if dataset.task != "classify":
        return
    odd = [oddity for oddity in of_kind(dataset, "flat-split") if oddity.split != "test"]
    yield Measured("splits without class folders", len(odd), "0")
    yield from oddity_findings(odd, lambda o: o.text)


@split_without_class_folders.fires_on
def a_flat_val() -> Facts:
    odd = Oddity("val", "flat-split", "12 pictures lie in val itself, in no class folder", "val")
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify", oddities=(odd,))}


@split_without_class_folders.quiet_on
def a_flat_test() -> Facts:
    odd = Oddity("test", "flat-split", "12 pictures lie in test itself, in no class folder", "test")
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify", oddities=(odd,))}
