"""D405: two class folders whose names differ by case or blanks alone."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D405", level="error")
def class_folders_differ_by_case(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A split has two class folders whose names differ by case or blanks alone, such as Bee and bee.

    Names of one letter are left alone: `a` and `A` are classes of their own in sets of letters.

    ## Why is this bad?
    Loaders make two classes of them. Equal things are taught under two ids, and the ids of the classes after them move.

    ## How to fix
    Move the pictures of both into one folder.
    """
    if dataset.task != "classify":
        return
    odd = of_kind(dataset, "case-variant")
    yield Measured("class folders that differ by case alone", len(odd), "0")
    yield from oddity_findings(odd, lambda o: f"{o.text} count as two classes")


@class_folders_differ_by_case.fires_on
def bee_and_bee() -> Facts:
    odd = Oddity("train/bee", "case-variant", "'Bee' (4 pictures) and 'bee' (2)", "train")
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify", oddities=(odd,))}


@class_folders_differ_by_case.quiet_on
def other_names() -> Facts:
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify")}
